'use client';

import { useQuery } from '@tanstack/react-query';
import { BURST_LINES, burstWord } from '#components/bursts/burst-lines.ts';
import { nameColumn, subjectRowClass, subjectRowKey, valueColumn } from '#components/fleet/subject-columns.tsx';
import { nowOf, type SubjectRow, sameSubjectRow, subjectRows } from '#components/fleet/subject-row.ts';
import { HealthStatus } from '#components/status/health-status.tsx';
import { LevelStatus } from '#components/status/level-status.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { indexCurrent } from '#lib/client/current-index.ts';
import { currentQuery } from '#lib/client/queries.ts';
import { shortNames } from '#lib/client/subject-name.ts';

const SIGNALS = ['arrival_rate', 'baseline_rps', 'burst_multiplier', 'queue_depth'] as const;

const value = (signal: string, title: string): Column<SubjectRow> => valueColumn(signal, title, signal);

const COLUMNS: readonly Column<SubjectRow>[] = [
  nameColumn('Engine'),
  {
    id: 'word',
    title: 'Now',
    cell: (row) =>
      row.subject.health.state === 'ok' ? (
        <LevelStatus {...burstWord(nowOf(row, 'burst_multiplier'))} />
      ) : (
        <HealthStatus state={row.subject.health.state} />
      ),
  },
  value('arrival_rate', 'Arriving'),
  value('baseline_rps', 'Baseline'),
  value('burst_multiplier', 'Multiple'),
  value('queue_depth', 'Waiting'),
];

/** Each engine against the report's burst lines, now. */
export function BurstNow({ engines }: { engines: readonly Subject[] }) {
  const { data } = useQuery(currentQuery({ signals: SIGNALS, kind: 'engine' }));
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
          columns={COLUMNS}
          rows={subjectRows(engines, shortNames(engines), indexCurrent(data), SIGNALS)}
          rowKey={subjectRowKey}
          rowClass={subjectRowClass}
          sameRow={sameSubjectRow}
        />
      </div>
    </Card>
  );
}
