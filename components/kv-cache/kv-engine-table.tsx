'use client';

import { MeterBar } from '#components/chart/meter-bar.tsx';
import { NameCell, rowClass } from '#components/fleet/subject-cell.tsx';
import { ValueCell } from '#components/fleet/value-cell.tsx';
import { useKvCurrent } from '#components/kv-cache/kv-values.ts';
import { engineLevel } from '#components/kv-cache/kv-verdict.ts';
import { HealthStatus } from '#components/status/health-status.tsx';
import { LevelStatus } from '#components/status/level-status.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { levelOf } from '#lib/client/band-level.ts';
import type { CurrentIndex } from '#lib/client/current-index.ts';

/** The same judgement, engine by engine. */
export function KvEngineTable({ engines, names }: { engines: readonly Subject[]; names: ReadonlyMap<number, string> }) {
  const current = useKvCurrent();
  const value = (signal: string, title: string): Column<Subject> => ({
    id: signal,
    title,
    numeric: true,
    cell: (row) => <ValueCell current={current} subject={row.id} signal={signal} />,
  });
  const columns: readonly Column<Subject>[] = [
    {
      id: 'name',
      title: 'Engine',
      heading: true,
      cell: (row) => <NameCell subject={row} text={names.get(row.id) ?? row.name} />,
    },
    { id: 'status', title: 'Status', cell: (row) => <EngineStatus engine={row} current={current} /> },
    {
      id: 'bar',
      title: 'Utilisation',
      from: '2xl',
      cell: (row) => {
        const share = current.value(row.id, 'kv_cache_utilization');
        return (
          <MeterBar
            value={share}
            label="Cache utilisation"
            level={levelOf('kv_cache_utilization', share)}
            signalId="kv_cache_utilization"
            className="h-2 w-24"
          />
        );
      },
    },
    value('kv_cache_utilization', 'Used'),
    value('cache_hit_rate', 'Hits'),
    value('cache_eviction_rate', 'Preempted'),
    value('requests_per_second', 'Requests'),
    { ...value('running_requests', 'Running'), from: '2xl' },
  ];
  return (
    <Card title="By engine">
      <div className="relative sm:max-h-96 sm:overflow-y-auto">
        <Table
          caption="KV cache by engine"
          columns={columns}
          rows={engines}
          rowKey={({ id }) => id}
          rowClass={rowClass}
        />
      </div>
    </Card>
  );
}

/** An engine that does not answer has no status of its cache: it is down, stale or frozen. */
function EngineStatus({ engine, current }: { engine: Subject; current: CurrentIndex }) {
  if (engine.health.state !== 'ok') return <HealthStatus state={engine.health.state} />;
  return <LevelStatus level={engineLevel(engine.id, current)} />;
}
