'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { PanelError } from '#components/panel/panel-states.tsx';
import { GpuMemories } from '#components/run/gpu-memories.tsx';
import { CriterionState, RunOutcome } from '#components/run/run-status.tsx';
import { ThroughputPicture } from '#components/run/throughput-picture.tsx';
import { Instant } from '#components/status/instant.tsx';
import { Card } from '#components/ui/card.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { AlertDetail } from '#lib/api/alerts.ts';
import type { BatchView, RunDetail } from '#lib/api/runs.ts';
import { runQuery } from '#lib/client/run-queries.ts';
import { batchStateText, durationText, judgedValueText } from '#lib/client/run-words.ts';
import { readsRun } from '#lib/metrics/reads-run.ts';
import { formatValue } from '#lib/metrics/unit.ts';

/** The run that an alert is about: its verdict, what it fails, and the batches as far as the rule looks at them. */
export function AlertRun({ alert, run }: { alert: AlertDetail; run: NonNullable<AlertDetail['run']> }) {
  const { data, error, refetch } = useQuery(runQuery(run.id));
  return (
    <>
      <Card title="The run">
        <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-3 pb-3">
          <Link href={`/runs/${run.id}`} className="underline [overflow-wrap:anywhere]">
            {run.name}
          </Link>
          {data !== undefined && (
            <>
              <RunOutcome run={data} />
              <span className="font-semibold [overflow-wrap:anywhere]">{data.headline}</span>
            </>
          )}
        </p>
        {data !== undefined && <Failed run={data} />}
        {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={data !== undefined} />}
      </Card>
      {data === undefined ? error === null && <Skeleton className="h-64" /> : <RunEvidence alert={alert} run={data} />}
    </>
  );
}

function RunEvidence({ alert, run }: { alert: AlertDetail; run: RunDetail }) {
  const { signals } = alert.ruleText;
  const isOfMemory = readsRun(signals, ['vram-delta']);
  const isOfSpeed = readsRun(signals, ['throughput-variance', 'throughput-falling']);
  return (
    <>
      {isOfMemory && <GpuMemories run={run} />}
      {isOfSpeed && <ThroughputPicture run={run} />}
      {!isOfMemory && !isOfSpeed && (
        <Card title={`Batches (${run.batches.length})`}>
          <Table caption="Batches" columns={COLUMNS} rows={run.batches} rowKey={({ number }) => number} />
        </Card>
      )}
    </>
  );
}

function Failed({ run }: { run: RunDetail }) {
  const failed = run.criteria.filter(({ state }) => state === 'fail');
  if (failed.length === 0) return null;
  return (
    <ul className="space-y-1 px-3 pb-3">
      {failed.map((criterion) => (
        <li key={`${criterion.check} ${criterion.gpuId}`} className="flex flex-wrap gap-x-3">
          <CriterionState state={criterion.state} />
          <span className="font-medium">{criterion.check}</span>
          <span>
            {judgedValueText(criterion)} <span className="text-muted">(passes {criterion.limit})</span>
          </span>
          <span className="text-muted">{criterion.reason}</span>
        </li>
      ))}
    </ul>
  );
}

/** What rules ask of single batches: whether they began at once, are done in time, and lost nothing. */
const COLUMNS: readonly Column<BatchView>[] = [
  {
    id: 'batch',
    title: 'Batch',
    heading: true,
    cell: (batch) => (
      <span className="[overflow-wrap:anywhere]">
        {batch.number} · {batch.name}
        {batch.state !== 'finished' && <span className="text-muted">, {batchStateText(batch)}</span>}
      </span>
    ),
  },
  { id: 'began', title: 'Began', cell: ({ startedAtMs }) => <Instant ms={startedAtMs} /> },
  { id: 'time', title: 'Took', numeric: true, cell: ({ durationMs }) => durationText(durationMs) },
  { id: 'completed', title: 'Completed', numeric: true, cell: ({ completed }) => formatValue(completed, 'requests') },
  { id: 'failed', title: 'Failed', numeric: true, cell: ({ failed }) => formatValue(failed, 'requests') },
  {
    id: 'reload',
    title: 'Waited for a load',
    numeric: true,
    cell: ({ reloadDelayMs }) =>
      reloadDelayMs === 0 ? 'no' : formatValue(reloadDelayMs === null ? null : reloadDelayMs / 1000, 'seconds'),
  },
];
