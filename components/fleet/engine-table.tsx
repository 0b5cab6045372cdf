'use client';

import { useQuery } from '@tanstack/react-query';
import { memo } from 'react';
import { MeterBar } from '#components/chart/meter-bar.tsx';
import { Sparkline } from '#components/chart/sparkline.tsx';
import { ENGINE_COLUMNS_SIGNALS } from '#components/fleet/fleet-signals.ts';
import { HEALTH_RANK } from '#components/fleet/health-rank.ts';
import { sameTrend, type Trend, useTrends } from '#components/fleet/kv-sparklines.ts';
import { useSortParam } from '#components/fleet/sort-param.ts';
import {
  nameColumn,
  STATE_COLUMN,
  subjectRowClass,
  subjectRowKey,
  valueColumn,
} from '#components/fleet/subject-columns.tsx';
import { nowOf, type SubjectRow, sameSubjectRow, subjectRows } from '#components/fleet/subject-row.ts';
import { ValueCell } from '#components/fleet/value-cell.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { levelOf } from '#lib/client/band-level.ts';
import { indexCurrent } from '#lib/client/current-index.ts';
import { currentQuery } from '#lib/client/queries.ts';
import { shortNames } from '#lib/client/subject-name.ts';
import { type SortValue, sortRows } from '#lib/client/table-state.ts';

const SIGNALS: Readonly<Record<string, string>> = {
  kv: 'kv_cache_utilization',
  queue: 'queue_depth',
  running: 'running_requests',
  requests: 'requests_per_second',
  tokens: 'tokens_per_second',
  ttft: 'ttft_p95',
};

type EngineRow = SubjectRow & { readonly trend: Trend | null };

const value = (id: string, title: string): Column<EngineRow> => valueColumn(id, title, SIGNALS[id] ?? '');

const COLUMNS: readonly Column<EngineRow>[] = [
  STATE_COLUMN,
  nameColumn('Engine'),
  {
    id: 'model',
    title: 'Model',
    sortable: true,
    from: 'xl',
    cell: ({ subject }) => (
      <span className="block max-w-32 truncate 2xl:max-w-64 text-muted" title={modelOf(subject)}>
        {modelOf(subject)}
      </span>
    ),
  },
  { id: 'kv', title: 'KV cache', numeric: true, sortable: true, cell: (row) => <KvCell row={row} /> },
  { id: 'trend', title: 'KV, 1 h', cell: (row) => <TrendCell row={row} /> },
  value('queue', 'Waiting'),
  value('running', 'Running'),
  value('requests', 'Requests'),
  value('tokens', 'Tokens'),
  value('ttft', 'TTFT p95'),
];
const SORTABLE = COLUMNS.flatMap(({ id, sortable }) => (sortable ? [id] : []));

type EngineTableProps = { engines: readonly Subject[]; total: number };

export const EngineTable = memo(function EngineTable({ engines, total }: EngineTableProps) {
  const { data } = useQuery(currentQuery({ signals: ENGINE_COLUMNS_SIGNALS, kind: 'engine' }));
  const trends = useTrends('engine', 'kv_cache_utilization');
  const { sort, onSort } = useSortParam('engines', SORTABLE, { column: 'state', descending: true });
  const rows = subjectRows(engines, shortNames(engines), indexCurrent(data), ENGINE_COLUMNS_SIGNALS).map(
    (row): EngineRow => ({ ...row, trend: trends.get(row.subject.id) ?? null }),
  );
  return (
    <Card title={`Engines (${engines.length === total ? total : `${engines.length} of ${total}`})`}>
      {total === 0 ? (
        <p className="px-3 pb-3 text-muted">No engine is polled yet. Add a vLLM or SGLang server under Targets.</p>
      ) : (
        <Table
          caption="Engines"
          columns={COLUMNS}
          rows={sortRows(rows, (row) => sortValue(row, sort.column), sort.descending)}
          rowKey={subjectRowKey}
          sort={sort}
          onSort={onSort}
          rowClass={subjectRowClass}
          sameRow={sameEngineRow}
        />
      )}
    </Card>
  );
});

const sameEngineRow = (a: EngineRow, b: EngineRow): boolean => sameTrend(a.trend, b.trend) && sameSubjectRow(a, b);

function KvCell({ row }: { row: EngineRow }) {
  const share = nowOf(row, 'kv_cache_utilization');
  return (
    <span className="inline-flex items-center gap-2 max-sm:flex-wrap max-sm:gap-y-0">
      <MeterBar
        value={share}
        label="KV cache used"
        level={levelOf('kv_cache_utilization', share)}
        signalId="kv_cache_utilization"
        className="h-1.5 w-16"
      />
      <span className="min-w-14 text-right max-sm:text-left">
        <ValueCell item={row.now.kv_cache_utilization} signal="kv_cache_utilization" />
      </span>
    </span>
  );
}

function TrendCell({ row: { trend, subject } }: { row: EngineRow }) {
  if (trend === null) return <span className="inline-block h-5 w-24" />;
  return (
    <Sparkline
      t={trend.t}
      mean={trend.mean}
      fromMs={trend.fromMs}
      toMs={trend.toMs}
      stepMs={trend.stepMs}
      max={1}
      label={`KV cache of ${subject.name}, last hour`}
    />
  );
}

const modelOf = (engine: Subject): string =>
  engine.attributes.model ?? engine.attributes.model_name ?? engine.name.split(' · ').slice(1).join(' · ');

function sortValue(row: EngineRow, column: string): SortValue {
  if (column === 'state') return HEALTH_RANK[row.subject.health.state];
  if (column === 'name') return row.subject.name;
  if (column === 'model') return modelOf(row.subject);
  return nowOf(row, SIGNALS[column] ?? '');
}
