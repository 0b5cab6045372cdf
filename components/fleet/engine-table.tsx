'use client';

import { MeterBar } from '#components/chart/meter-bar.tsx';
import { Sparkline } from '#components/chart/sparkline.tsx';
import { HEALTH_RANK } from '#components/fleet/health-rank.ts';
import { useSparklines } from '#components/fleet/kv-sparklines.ts';
import { useSortParam } from '#components/fleet/sort-param.ts';
import { NameCell, rowClass, StateCell } from '#components/fleet/subject-cell.tsx';
import { ValueCell } from '#components/fleet/value-cell.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { levelOf } from '#lib/client/band-level.ts';
import type { CurrentIndex } from '#lib/client/current-index.ts';
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
const COLUMNS = ['state', 'name', 'model', ...Object.keys(SIGNALS)];

export function EngineTable({
  engines,
  total,
  current,
}: {
  engines: readonly Subject[];
  total: number;
  current: CurrentIndex;
}) {
  const names = shortNames(engines);
  const { sort, onSort } = useSortParam('engines', COLUMNS, { column: 'state', descending: true });
  const { answer, bySubject } = useSparklines('engine', 'kv_cache_utilization');
  const rows = sortRows(engines, (engine) => sortValue(engine, sort.column, current), sort.descending);
  const value = (id: string, title: string): Column<Subject> => ({
    id,
    title,
    numeric: true,
    sortable: true,
    cell: (row) => <ValueCell current={current} subject={row.id} signal={SIGNALS[id] ?? ''} />,
  });
  const columns: readonly Column<Subject>[] = [
    { id: 'state', title: 'State', sortable: true, cell: (row) => <StateCell subject={row} /> },
    {
      id: 'name',
      title: 'Engine',
      sortable: true,
      heading: true,
      cell: (row) => <NameCell subject={row} text={names.get(row.id) ?? row.name} />,
    },
    {
      id: 'model',
      title: 'Model',
      sortable: true,
      from: 'xl',
      cell: (row) => (
        <span className="block max-w-32 truncate 2xl:max-w-64 text-muted" title={modelOf(row)}>
          {modelOf(row)}
        </span>
      ),
    },
    {
      id: 'kv',
      title: 'KV cache',
      numeric: true,
      sortable: true,
      cell: (row) => {
        const share = current.value(row.id, 'kv_cache_utilization');
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
              <ValueCell current={current} subject={row.id} signal="kv_cache_utilization" />
            </span>
          </span>
        );
      },
    },
    {
      id: 'trend',
      title: 'KV, 1 h',
      cell: (row) => {
        const series = bySubject.get(row.id);
        if (answer === undefined || series === undefined) return <span className="inline-block h-5 w-24" />;
        return (
          <Sparkline
            series={series}
            fromMs={answer.from}
            toMs={answer.to}
            stepMs={answer.stepMs}
            max={1}
            label={`KV cache of ${row.name}, last hour`}
          />
        );
      },
    },
    value('queue', 'Waiting'),
    value('running', 'Running'),
    value('requests', 'Requests'),
    value('tokens', 'Tokens'),
    value('ttft', 'TTFT p95'),
  ];
  return (
    <Card title={`Engines (${engines.length === total ? total : `${engines.length} of ${total}`})`}>
      {total === 0 ? (
        <p className="px-3 pb-3 text-muted">No engine is polled yet. Add a vLLM or SGLang server under Targets.</p>
      ) : (
        <Table
          caption="Engines"
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          sort={sort}
          onSort={onSort}
          rowClass={rowClass}
        />
      )}
    </Card>
  );
}

const modelOf = (engine: Subject): string =>
  engine.attributes.model ?? engine.attributes.model_name ?? engine.name.split(' · ').slice(1).join(' · ');

function sortValue(engine: Subject, column: string, current: CurrentIndex): SortValue {
  if (column === 'state') return HEALTH_RANK[engine.health.state];
  if (column === 'name') return engine.name;
  if (column === 'model') return modelOf(engine);
  return current.value(engine.id, SIGNALS[column] ?? '');
}
