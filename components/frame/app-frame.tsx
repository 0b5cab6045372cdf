'use client';

import { useQuery } from '@tanstack/react-query';
import { Menu as MenuIcon } from 'lucide-react';
import { type ReactNode, useCallback, useState } from 'react';
import { HeaderAlerts } from '#components/alert/alert-badge.tsx';
import { AlertSignal } from '#components/frame/alert-signal.tsx';
import { Banners } from '#components/frame/banners.tsx';
import { Logo } from '#components/frame/logo.tsx';
import { Nav } from '#components/frame/nav.tsx';
import { PersonButton } from '#components/frame/person-button.tsx';
import { ShortcutHelp } from '#components/frame/shortcut-help.tsx';
import { useShortcutKeys } from '#components/frame/shortcut-keys.ts';
import { ViewMenu } from '#components/frame/view-menu.tsx';
import { IconButton } from '#components/ui/button.tsx';
import { Drawer } from '#components/ui/dialog.tsx';
import { useLiveEvents } from '#lib/client/live-events.ts';
import { healthQuery } from '#lib/client/queries.ts';
import { useRange } from '#lib/client/url-state.ts';

/** Sidebar on wide windows, a bar with a drawer on narrow ones; banners above every page. */
export function AppFrame({ children }: { children: ReactNode }) {
  const [drawer, setDrawer] = useState(false);
  const [help, setHelp] = useState(false);
  const openHelp = useCallback(() => setHelp(true), []);
  const { live } = useRange();
  useLiveEvents(live);
  useShortcutKeys(openHelp);
  return (
    <div className="lg:grid lg:grid-cols-[12.5rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent px-3 py-2 text-accent-text focus:translate-y-0"
      >
        Skip to content
      </a>
      <aside className="sticky top-0 hidden h-dvh flex-col overflow-y-auto border-r border-line bg-surface lg:flex">
        <div className="px-4 pt-4 pb-2">
          <Logo />
        </div>
        <Nav />
        <div className="mt-auto border-t border-line px-3 py-2">
          <PersonButton />
          <div className="flex items-center justify-between">
            <ViewMenu onHelp={openHelp} />
            <Version />
          </div>
        </div>
      </aside>
      <header className="flex h-12 items-center gap-2 border-b border-line bg-surface px-3 lg:hidden">
        <IconButton label="Menu" onClick={() => setDrawer(true)}>
          <MenuIcon size={18} aria-hidden />
        </IconButton>
        <Logo />
        <HeaderAlerts />
        <div className="ml-auto">
          <ViewMenu onHelp={openHelp} />
        </div>
      </header>
      <Drawer open={drawer} onOpenChange={setDrawer} title="Headroom">
        <Nav onNavigate={() => setDrawer(false)} />
        <div className="mt-auto border-t border-line px-3 py-2">
          <PersonButton />
        </div>
      </Drawer>
      <div className="min-w-0">
        <Banners />
        <main id="main" tabIndex={-1} className="outline-none">
          {children}
        </main>
      </div>
      <AlertSignal />
      <ShortcutHelp open={help} onOpenChange={setHelp} />
    </div>
  );
}

function Version() {
  const { data } = useQuery(healthQuery());
  return <span className="text-2xs text-muted">{data === undefined ? '' : `v${data.version}`}</span>;
}
