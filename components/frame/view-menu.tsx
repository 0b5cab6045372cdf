'use client';

import { Keyboard, SunMoon } from 'lucide-react';
import { IconButton } from '#components/ui/button.tsx';
import { Menu, MenuCheck, MenuChoice, MenuSeparator } from '#components/ui/menu.tsx';
import { usePreference } from '#lib/client/preferences.ts';

const THEMES = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;

/** Choices of this browser: theme, density, single-key shortcuts. */
export function ViewMenu({ onHelp }: { onHelp: () => void }) {
  const [theme, setTheme] = usePreference('headroom-theme');
  const [density, setDensity] = usePreference('headroom-density');
  const [shortcuts, setShortcuts] = usePreference('headroom-shortcuts');
  return (
    <div className="flex items-center gap-1">
      <Menu
        trigger={
          <IconButton label="Appearance">
            <SunMoon size={15} aria-hidden />
          </IconButton>
        }
      >
        <MenuChoice
          label="Theme"
          value={theme === '' ? 'system' : theme}
          options={THEMES}
          onChange={(value) => setTheme(value === 'system' ? '' : value)}
        />
        <MenuSeparator />
        <MenuCheck checked={density === 'compact'} onChange={() => setDensity(density === 'compact' ? '' : 'compact')}>
          Compact rows
        </MenuCheck>
        <MenuCheck checked={shortcuts !== 'off'} onChange={() => setShortcuts(shortcuts === 'off' ? '' : 'off')}>
          Single-key shortcuts
        </MenuCheck>
      </Menu>
      <IconButton label="Keyboard shortcuts (?)" onClick={onHelp}>
        <Keyboard size={15} aria-hidden />
      </IconButton>
    </div>
  );
}
