'use client';

import { MeterBar } from '#components/chart/meter-bar.tsx';
import { nameColumn, subjectRowClass, subjectRowKey, valueColumn } from '#components/fleet/subject-columns.tsx';
import { nowOf, type SubjectRow, sameSubjectRow, subjectRows } from '#components/fleet/subject-row.ts';
import { KV_SIGNALS, useKvCurrent } from '#components/kv-cache/kv-values.ts';
import { engineLevel } from '#components/kv-cache/kv-verdict.ts';
import { PlanLink } from '#components/plan/plan-link.tsx';
import { HealthStatus } from '#components/status/health-status.tsx';
import { LevelStatus } from '#components/status/level-status.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { levelOf } from '#lib/client/band-level.ts';

const value = (signal: string, title: string): Column<SubjectRow> => valueColumn(signal, title, signal);

const COLUMNS: readonly Column<SubjectRow>[] = [
  nameColumn('Engine'),
  { id: 'status', title: 'Status', cell: (row) => <EngineStatus row={row} /> },
  { id: 'bar', title: 'Utilisation', from: '2xl', cell: (row) => <UtilisationBar row={row} /> },
  value('kv_cache_utilization', 'Used'),
  value('cache_hit_rate', 'Hits'),
  value('cache_eviction_rate', 'Preempted'),
  value('requests_per_second', 'Requests'),
  { ...value('running_requests', 'Running'), from: '2xl' },
];

/** The same judgement, engine by engine. */
export function KvEngineTable({ engines, names }: { engines: readonly Subject[]; names: ReadonlyMap<number, string> }) {
  const current = useKvCurrent();
  return (
    <Card title="By engine" actions={<PlanLink subjects={engines} />}>
      <div className="relative sm:max-h-96 sm:overflow-y-auto">
        <Table
          caption="KV cache by engine"
          columns={COLUMNS}
          rows={subjectRows(engines, names, current, KV_SIGNALS)}
          rowKey={subjectRowKey}
          rowClass={subjectRowClass}
          sameRow={sameSubjectRow}
        />
      </div>
    </Card>
  );
}

function UtilisationBar({ row }: { row: SubjectRow }) {
  const share = nowOf(row, 'kv_cache_utilization');
  return (
    <MeterBar
      value={share}
      label="Cache utilisation"
      level={levelOf('kv_cache_utilization', share)}
      signalId="kv_cache_utilization"
      className="h-2 w-24"
    />
  );
}

/** An engine that does not answer has no status of its cache: it is down, stale or frozen. */
function EngineStatus({ row }: { row: SubjectRow }) {
  const { state } = row.subject.health;
  if (state !== 'ok') return <HealthStatus state={state} />;
  return <LevelStatus level={engineLevel((signal) => nowOf(row, signal))} />;
}
