'use client';

import Link from 'next/link';
import { memo } from 'react';
import { AlertStrip } from '#components/alert/alert-strip.tsx';
import { LabelBadges } from '#components/alert/label-badges.tsx';
import { Since } from '#components/alert/since.tsx';
import { AlertStatus } from '#components/status/alert-status.tsx';
import { cx } from '#components/ui/class-names.ts';
import type { AlertStripView } from '#lib/api/alert-strips.ts';
import type { AlertSummary } from '#lib/api/alerts.ts';
import { type AlertGroup, type Grouping, ownLabels } from '#lib/client/alert-groups.ts';
import { dataText, limitText, quietHref, quietText, valueText } from '#lib/client/alert-words.ts';
import { useNowMs } from '#lib/client/now.ts';
import { useUrlParam, useUtc } from '#lib/client/url-state.ts';

const GRID =
  'lg:grid lg:grid-cols-[1.5rem_6.25rem_minmax(0,1fr)_5.5rem_6rem_5.25rem_minmax(0,11rem)] lg:items-center lg:gap-x-3 px-3';

export function AlertListHead() {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of the virtual grid
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
    <div role="row" className={cx(GRID, 'h-8 text-xs font-medium text-muted max-lg:sr-only')}>
      {['Selected', 'Status', 'What', 'Value', 'Last 24 h', 'Since', 'Who, or why quiet'].map((title, column) => (
        // biome-ignore lint/a11y/useSemanticElements: a cell of the virtual grid
        // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
        <span key={title} role="columnheader" className={cx('whitespace-nowrap', column === 3 && 'text-right')}>
          {column === 0 ? <span className="sr-only">{title}</span> : title}
        </span>
      ))}
    </div>
  );
}

type AlertRowProps = {
  alert: AlertSummary;
  group: AlertGroup;
  by: Grouping;
  index: number;
  active: boolean;
  selected: boolean;
  strip: AlertStripView | undefined;
  onSelect: (id: number) => void;
  onActive: (id: number) => void;
};

/** One alert: what is broken by how much, since when, who has it. A card on narrow windows. */
export const AlertRow = memo(function AlertRow(props: AlertRowProps) {
  const { alert, group, by, index, active, selected, strip, onSelect, onActive } = props;
  const [match] = useUrlParam('match');
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of the virtual grid
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys j and k do it
    <div
      role="row"
      id={`alert-${alert.id}`}
      aria-rowindex={index + 1}
      aria-selected={selected}
      onClick={() => onActive(alert.id)}
      className={cx(
        GRID,
        'relative border-t border-line py-2 max-lg:grid max-lg:grid-cols-[1.75rem_minmax(0,1fr)_auto] max-lg:gap-x-2 max-lg:gap-y-1 lg:py-1.5',
        selected ? 'bg-accent-soft' : 'hover:bg-hover',
        active && 'outline-2 -outline-offset-2 outline-accent',
        alert.data.state !== 'ok' && alert.state !== 'resolved' && 'hatched',
      )}
    >
      <Cell className="max-lg:row-span-2">
        <label className="flex size-6 items-center justify-center">
          <input
            type="checkbox"
            tabIndex={-1}
            className="size-4 accent-(--accent)"
            checked={selected}
            onChange={() => onSelect(alert.id)}
            aria-label={`Select ${alert.headline}`}
          />
        </label>
      </Cell>
      <Cell className="max-lg:order-2">
        <AlertStatus alert={alert} stacked />
      </Cell>
      <Cell className="min-w-0 max-lg:order-4 max-lg:col-span-2 max-lg:col-start-2">
        <Link
          href={`/alerts/${alert.id}`}
          className="block min-w-0 font-medium [overflow-wrap:anywhere] hover:underline lg:truncate"
          title={alert.headline}
        >
          {alert.title} <span className="font-normal text-muted">on</span> {alert.subjectName}
        </Link>
        <span className="flex min-h-5 min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5 lg:flex-nowrap lg:overflow-hidden">
          {alert.flapping && <span className="text-xs whitespace-nowrap">flapping, {alert.changes} changes</span>}
          <DataLine alert={alert} />
          <LabelBadges labels={ownLabels(alert, group, by)} match={match} most={5} className="lg:flex-nowrap" />
        </span>
      </Cell>
      <Cell className="text-right whitespace-nowrap max-lg:order-3">
        <span className="font-semibold">{valueText(alert)}</span>
        <span className="block text-xs text-muted">{limitText(alert)}</span>
      </Cell>
      <Cell className="max-lg:order-6 max-lg:text-right">
        <AlertStrip strip={strip} severity={alert.severity} />
      </Cell>
      <Cell className="max-lg:order-5 max-lg:col-start-2">
        <Since alert={alert} />
      </Cell>
      <Cell className="min-w-0 max-lg:order-7 max-lg:col-span-2 max-lg:col-start-2">
        <WhoCell alert={alert} />
      </Cell>
    </div>
  );
});

function Cell({ className, children }: { className?: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a cell of the virtual grid
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
    <div role="gridcell" className={className}>
      {children}
    </div>
  );
}

function DataLine({ alert }: { alert: AlertSummary }) {
  const [utc] = useUtc();
  const text = alert.state === 'resolved' ? '' : dataText(alert, utc);
  if (text === '') return null;
  return (
    <span className="min-w-0 text-xs [overflow-wrap:anywhere] lg:truncate" title={text}>
      {text}
    </span>
  );
}

/** Who has it, or what keeps it quiet; an open alert that fires says that nobody does. */
function WhoCell({ alert }: { alert: AlertSummary }) {
  const nowMs = useNowMs();
  const [utc] = useUtc();
  if (nowMs === null) return null;
  const quiet = quietText(alert, nowMs, utc);
  const href = quietHref(alert);
  if (quiet !== '') {
    return href === null ? (
      <span className="line-clamp-2 [overflow-wrap:anywhere]" title={quiet}>
        {quiet}
      </span>
    ) : (
      <Link href={href} className="line-clamp-2 underline [overflow-wrap:anywhere]" title={quiet}>
        {quiet}
      </Link>
    );
  }
  if (alert.owner !== null) return <span className="line-clamp-2">{alert.owner} has it</span>;
  return <span className="text-muted">{alert.state === 'resolved' ? '' : 'nobody yet'}</span>;
}
