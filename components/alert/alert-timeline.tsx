'use client';

import { useMemo, useState } from 'react';
import { SEVERITY_SHAPES } from '#components/status/alert-status.tsx';
import { Shape, type ShapeName } from '#components/status/shape.tsx';
import { Card } from '#components/ui/card.tsx';
import { Chip } from '#components/ui/chips.tsx';
import type { AlertDetail } from '#lib/api/alerts.ts';
import { useHydrated } from '#lib/client/now.ts';
import {
  countKinds,
  TIMELINE_KINDS,
  TIMELINE_WORDS,
  type TimelineEntry,
  type TimelineKind,
  timelineEntries,
} from '#lib/client/timeline.ts';
import { useUtc } from '#lib/client/url-state.ts';
import { instantLabel } from '#lib/client/wall-clock.ts';
import { formatValue, isWords } from '#lib/metrics/unit.ts';

const MAX_SHOWN = 100;

/** Everything that happened to the alert, the newest first; chips leave kinds out. */
export function AlertTimeline({ alert }: { alert: AlertDetail }) {
  const [utc] = useUtc();
  const hydrated = useHydrated();
  const [hidden, setHidden] = useState<ReadonlySet<TimelineKind>>(new Set());
  const [all, setAll] = useState(false);
  const entries = useMemo(() => timelineEntries(alert), [alert]);
  const counts = countKinds(entries);
  const shown = entries.filter(({ kind }) => !hidden.has(kind));
  const listed = all ? shown : shown.slice(0, MAX_SHOWN);
  const toggle = (kind: TimelineKind) => {
    const next = new Set(hidden);
    if (!next.delete(kind)) next.add(kind);
    setHidden(next);
  };
  return (
    <Card
      title="Timeline"
      actions={
        <span className="flex flex-wrap gap-1">
          {TIMELINE_KINDS.filter((kind) => counts[kind] > 0).map((kind) => (
            <Chip key={kind} pressed={!hidden.has(kind)} onClick={() => toggle(kind)}>
              {TIMELINE_WORDS[kind]} <span className="text-muted">{counts[kind]}</span>
            </Chip>
          ))}
        </span>
      }
    >
      <ol className="px-3 pb-3">
        {hydrated &&
          listed.map((entry) => (
            <li
              key={entry.key}
              className="grid grid-cols-[1rem_minmax(0,1fr)] gap-x-2 py-1 sm:grid-cols-[1rem_9.5rem_minmax(0,1fr)]"
            >
              <Shape name={shapeOf(entry, alert)} className="mt-1" />
              <time
                dateTime={new Date(entry.atMs).toISOString()}
                title={`${instantLabel(entry.atMs, true)} UTC`}
                className="text-muted max-sm:text-xs"
              >
                {instantLabel(entry.atMs, utc)}
              </time>
              <span className="min-w-0 [overflow-wrap:anywhere] max-sm:col-start-2">
                <EntryText entry={entry} alert={alert} />
              </span>
            </li>
          ))}
        {shown.length === 0 && <li className="text-muted">Nothing of what is chosen.</li>}
      </ol>
      {shown.length > listed.length && (
        <button type="button" className="mx-3 mb-3 min-h-6 underline" onClick={() => setAll(true)}>
          All {shown.length} entries
        </button>
      )}
    </Card>
  );
}

function EntryText({ entry, alert }: { entry: TimelineEntry; alert: AlertDetail }) {
  const words = EVENT_WORDS[entry.event] ?? entry.event.replaceAll('-', ' ');
  if (entry.kind === 'messages') return <>{entry.text}</>;
  const value = entry.value === null || isWords(alert.unit) ? '' : ` at ${formatValue(entry.value, alert.unit)}`;
  return (
    <>
      <strong className="font-medium">{entry.actor === null ? words : `${entry.actor} ${words.toLowerCase()}`}</strong>
      {entry.kind === 'state' && value}
      {entry.text !== '' && <span className="text-muted">: </span>}
      {entry.text}
    </>
  );
}

const EVENT_WORDS: Readonly<Record<string, string>> = {
  pending: 'Pending',
  firing: 'Fires',
  recovering: 'Recovers',
  'firing-again': 'Fires again',
  resolved: 'Resolved',
  dropped: 'Went away before it fired',
  'no-data': 'No data',
  frozen: 'Values frozen',
  'data-back': 'Data are back',
  acked: 'Acknowledged',
  unacked: 'Gave it back',
  note: 'Noted',
  assigned: 'Assigned',
};

function shapeOf(entry: TimelineEntry, alert: AlertDetail): ShapeName {
  switch (entry.event) {
    case 'pending':
      return 'pending';
    case 'firing':
    case 'firing-again':
      return SEVERITY_SHAPES[alert.severity];
    case 'recovering':
      return 'recovering';
    case 'resolved':
    case 'dropped':
    case 'data-back':
    case 'message-sent':
      return 'ok';
    case 'no-data':
    case 'error':
      return 'no-data';
    case 'frozen':
      return 'frozen';
    case 'message-dead':
      return 'danger';
    case 'message-retrying':
      return 'pending';
    default:
      return entry.kind === 'people' ? 'person' : 'unknown';
  }
}
