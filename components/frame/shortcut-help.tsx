'use client';

import { Dialog } from '#components/ui/dialog.tsx';
import { Checkbox } from '#components/ui/field.tsx';
import { usePreference } from '#lib/client/preferences.ts';
import { ALERT_LIST_KEYS, ALERT_PAGE_KEYS, PLAN_KEYS, SHORTCUTS } from '#lib/client/shortcuts.ts';

const CHART_KEYS = [
  ['← →', 'Move the crosshair (with Shift ten buckets)'],
  ['Home End', 'Crosshair to the first or last instant'],
  ['+ -', 'Zoom in around the crosshair, zoom out'],
  ['Esc', 'Hide the crosshair'],
] as const;

export function ShortcutHelp({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const [preference, setPreference] = usePreference('headroom-shortcuts');
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard">
      <KeyList title="Anywhere" rows={SHORTCUTS.map(({ keys, text }) => [keys, text] as const)} />
      <KeyList title="In the list of alerts" rows={ALERT_LIST_KEYS} />
      <KeyList title="On the page of an alert" rows={ALERT_PAGE_KEYS} />
      <KeyList title="In the planner" rows={PLAN_KEYS} />
      <KeyList title="On a chart (focus it with Tab)" rows={CHART_KEYS} />
      <Checkbox
        label="Single-key shortcuts are on"
        checked={preference !== 'off'}
        onChange={(event) => setPreference(event.target.checked ? '' : 'off')}
      />
    </Dialog>
  );
}

function KeyList({ title, rows }: { title: string; rows: readonly (readonly [string, string])[] }) {
  return (
    <section className="mb-4">
      <h3 className="mb-1 font-medium">{title}</h3>
      <dl className="grid grid-cols-[6rem_1fr] gap-y-1">
        {rows.map(([keys, text]) => (
          <div key={keys} className="contents">
            <dt className="flex gap-1">
              {keys.split(' ').map((key) => (
                <kbd key={key} className="rounded-sm border border-control bg-sunken px-1.5 font-mono text-xs">
                  {key}
                </kbd>
              ))}
            </dt>
            <dd className="text-muted">{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
