'use client';

import { Lock } from 'lucide-react';
import Link from 'next/link';
import { HEALTH_RANK } from '#components/fleet/health-rank.ts';
import { useSortParam } from '#components/fleet/sort-param.ts';
import { Age } from '#components/status/age.tsx';
import { HealthStatus } from '#components/status/health-status.tsx';
import { FastPolling } from '#components/target/fast-polling.tsx';
import { TargetActions } from '#components/target/target-actions.tsx';
import { originWords } from '#components/target/target-words.ts';
import { type Column, Table } from '#components/ui/table.tsx';
import type { Target } from '#lib/api/targets.ts';
import { type SortValue, sortRows } from '#lib/client/table-state.ts';
import { formatDurationMs } from '#lib/metrics/duration.ts';
import { formatValue } from '#lib/metrics/unit.ts';

const COLUMNS: readonly Column<Target>[] = [
  {
    id: 'state',
    title: 'State',
    sortable: true,
    cell: (row) => <HealthStatus state={row.health.state} paused={row.paused} />,
  },
  {
    id: 'name',
    title: 'Target',
    sortable: true,
    heading: true,
    cell: (row) => (
      <div className="max-w-64 min-w-0 py-1 max-sm:max-w-full">
        <Link href={`/targets/${row.id}`} className="block min-h-6 truncate leading-6 font-medium hover:underline">
          {row.name}
        </Link>
        <span className="block truncate text-xs text-muted" title={row.url ?? ''}>
          {row.url ?? 'local command'}
        </span>
        {row.fast !== null && (
          <span className="block">
            <FastPolling fast={row.fast} intervalMs={row.intervalMs} />
          </span>
        )}
      </div>
    ),
  },
  {
    id: 'what',
    title: 'Recognised',
    from: '2xl',
    cell: (row) => (
      <span className="block max-w-64 truncate">{row.recognised?.text || <span className="text-muted">–</span>}</span>
    ),
  },
  { id: 'last', title: 'Last poll', sortable: true, cell: (row) => <Age atMs={row.health.lastScrapeMs} /> },
  {
    id: 'duration',
    title: 'Took',
    numeric: true,
    sortable: true,
    cell: (row) => (row.lastScrape === null ? '–' : formatValue(row.lastScrape.durationMs / 1000, 'seconds')),
  },
  {
    id: 'samples',
    title: 'Samples',
    numeric: true,
    sortable: true,
    cell: (row) => (row.lastScrape === null ? '–' : formatValue(row.lastScrape.samples, 'count')),
  },
  { id: 'up', title: 'Up, 1 h', numeric: true, sortable: true, cell: (row) => formatValue(row.upShare1h, 'ratio') },
  { id: 'interval', title: 'Every', numeric: true, from: '2xl', cell: (row) => formatDurationMs(row.intervalMs) },
  {
    id: 'error',
    title: 'Error',
    cell: (row) => (
      <span
        className="line-clamp-2 max-w-52 whitespace-normal text-muted [overflow-wrap:anywhere] min-[112rem]:max-w-96 max-sm:max-w-full"
        title={errorOf(row)}
      >
        {errorOf(row) === '' ? 'none' : errorOf(row)}
      </span>
    ),
  },
  {
    id: 'origin',
    title: 'From',
    sortable: true,
    cell: (row) => (
      <span className="inline-flex items-center gap-1 whitespace-nowrap text-muted">
        {row.readOnly && <Lock size={12} role="img" aria-label="read-only" />}
        {originWords(row)}
      </span>
    ),
  },
  { id: 'actions', title: 'Actions', titleHidden: true, cell: (row) => <TargetActions target={row} /> },
];

export function TargetTable({ targets }: { targets: readonly Target[] }) {
  const ids = COLUMNS.filter(({ sortable }) => sortable).map(({ id }) => id);
  const { sort, onSort } = useSortParam('sort', ids, { column: 'state', descending: true });
  const rows = sortRows(targets, (target) => sortValue(target, sort.column), sort.descending);
  return <Table caption="Targets" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} sort={sort} onSort={onSort} />;
}

const errorOf = (target: Target): string =>
  target.lastScrape?.ok === false
    ? (target.lastScrape.message ?? target.lastScrape.errorKind ?? 'failed')
    : target.health.reason;

function sortValue(target: Target, column: string): SortValue {
  switch (column) {
    case 'state':
      return target.paused ? -1 : HEALTH_RANK[target.health.state];
    case 'last':
      return target.health.lastScrapeMs;
    case 'duration':
      return target.lastScrape?.durationMs ?? null;
    case 'samples':
      return target.lastScrape?.samples ?? null;
    case 'up':
      return target.upShare1h;
    case 'origin':
      return originWords(target);
    default:
      return target.name;
  }
}
