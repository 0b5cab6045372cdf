'use client';

import { useQuery } from '@tanstack/react-query';
import { BURST_LINES, burstWord } from '#components/bursts/burst-lines.ts';
import { NameCell, rowClass } from '#components/fleet/subject-cell.tsx';
import { ValueCell } from '#components/fleet/value-cell.tsx';
import { HealthStatus } from '#components/status/health-status.tsx';
import { LevelStatus } from '#components/status/level-status.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { indexCurrent } from '#lib/client/current-index.ts';
import { currentQuery } from '#lib/client/queries.ts';
import { shortNames } from '#lib/client/subject-name.ts';

const SIGNALS = ['arrival_rate', 'baseline_rps', 'burst_multiplier', 'queue_depth'] as const;

/** Each engine against the report's burst lines, now. */
export function BurstNow({ engines }: { engines: readonly Subject[] }) {
  const { data } = useQuery(currentQuery({ signals: SIGNALS, kind: 'engine' }));
  const current = indexCurrent(data);
  const names = shortNames(engines);
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
    {
      id: 'word',
      title: 'Now',
      cell: (row) =>
        row.health.state === 'ok' ? (
          <LevelStatus {...burstWord(current.value(row.id, 'burst_multiplier'))} />
        ) : (
          <HealthStatus state={row.health.state} />
        ),
    },
    value('arrival_rate', 'Arriving'),
    value('baseline_rps', 'Baseline'),
    value('burst_multiplier', 'Multiple'),
    value('queue_depth', 'Waiting'),
  ];
  return (
    <Card
      title="Arrivals against baseline, now"
      actions={
        <span className="text-xs text-muted">
          {BURST_LINES.map(({ multiple, text }) => `${multiple}× ${text}`).join(' · ')}
        </span>
      }
    >
      <div className="relative sm:max-h-72 sm:overflow-y-auto">
        <Table
          caption="Arrivals against baseline"
          columns={columns}
          rows={engines}
          rowKey={({ id }) => id}
          rowClass={rowClass}
        />
      </div>
    </Card>
  );
}
