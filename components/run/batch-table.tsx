'use client';

import { BatchDetails } from '#components/run/batch-details.tsx';
import { BatchLinks } from '#components/run/batch-links.tsx';
import { Instant } from '#components/status/instant.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { BatchView, RunDetail } from '#lib/api/runs.ts';
import { batchStateText, durationText, memoryText, signedText } from '#lib/client/run-words.ts';
import { worstMemory } from '#lib/client/worst-memory.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { isMatrix } from '#lib/runs/run.ts';

/** Report 003's per-batch metrics, a row a batch. Memory is that of the GPU that gained most; all of them follow below. */
export function BatchTable({ run }: { run: RunDetail }) {
  const columns: readonly Column<BatchView>[] = [
    {
      id: 'batch',
      title: isMatrix(run.kind) ? 'Cell' : 'Batch',
      heading: true,
      cell: (batch) => (
        <>
          <span className="font-medium [overflow-wrap:anywhere]">
            {batch.number} · {batch.name}
          </span>
          <span className="block text-xs whitespace-nowrap text-muted">
            {batch.cell?.timed === false ? 'time not known' : <Instant ms={batch.startedAtMs} />}
            {batch.state !== 'finished' && `, ${batchStateText(batch)}`}
          </span>
        </>
      ),
    },
    { id: 'time', title: 'Time', numeric: true, cell: ({ durationMs }) => durationText(durationMs) },
    {
      id: 'rate',
      title: 'Rate',
      numeric: true,
      cell: ({ requestsPerSecond, secondsPerRequest }) => (
        <Pair
          first={formatValue(requestsPerSecond, 'requests_per_second')}
          second={
            secondsPerRequest === null ? '– per request' : `${formatValue(secondsPerRequest, 'seconds')} per request`
          }
        />
      ),
    },
    {
      id: 'requests',
      title: 'Completed',
      numeric: true,
      cell: ({ completed, failed, successRatio }) => (
        <Pair
          first={formatValue(completed, 'requests')}
          second={`${formatValue(failed, 'requests')} failed, ${formatValue(successRatio, 'ratio')}`}
        />
      ),
    },
    {
      id: 'tokens',
      title: 'Tokens',
      numeric: true,
      cell: ({ promptTokens, completionTokens, tokensPerSecond }) => (
        <Pair
          first={formatValue(tokensPerSecond, 'tokens_per_second')}
          second={`${formatValue(promptTokens, 'tokens')} in, ${formatValue(completionTokens, 'tokens')} out`}
        />
      ),
    },
    {
      id: 'cache',
      title: 'Cache',
      numeric: true,
      cell: ({ hitRatio, cachedTokens }) => (
        <Pair
          first={`${formatValue(hitRatio, 'ratio')} hit`}
          second={`${formatValue(cachedTokens, 'tokens')} cached`}
        />
      ),
    },
    {
      id: 'reload',
      title: 'Reload',
      numeric: true,
      cell: ({ reloadDelayMs }) =>
        reloadDelayMs === 0 ? 'none' : formatValue(reloadDelayMs === null ? null : reloadDelayMs / 1000, 'seconds'),
    },
    { id: 'vram', title: 'VRAM', numeric: true, cell: (batch) => <MemoryCell run={run} batch={batch} /> },
    {
      id: 'panels',
      title: 'Panels',
      titleHidden: true,
      cell: (batch) => (batch.cell?.timed === false ? null : <BatchLinks run={run} batch={batch} />),
    },
  ];
  return (
    <Card title={`${isMatrix(run.kind) ? 'Cells' : 'Batches'} (${run.batches.length})`}>
      <Table caption="Batches" columns={columns} rows={run.batches} rowKey={({ number }) => number} />
      <BatchDetails batches={run.batches} />
    </Card>
  );
}

/** Two values of one column; beside each other they would not fit. On a phone they may break into lines. */
function Pair({ first, second }: { first: string; second: string }) {
  return (
    <span className="block max-sm:whitespace-normal">
      {first}
      <span className="block text-xs text-muted">{second}</span>
    </span>
  );
}

function MemoryCell({ run, batch }: { run: RunDetail; batch: BatchView }) {
  const worst = worstMemory(batch);
  if (worst === null) return '–';
  const gpu = run.gpus.find(({ gpu: { id } }) => id === worst.gpuId)?.gpu.name;
  const of = batch.memory.length > 1 && gpu !== undefined ? ` on ${gpu}` : '';
  return (
    <span title={of === '' ? undefined : `The most of ${batch.memory.length} GPUs,${of}`}>
      <Pair
        first={`${memoryText(worst.beforeBytes)} → ${memoryText(worst.afterBytes)}`}
        second={`${signedText(worst.deltaBytes, 'bytes')}, peak ${memoryText(worst.peakBytes)}`}
      />
    </span>
  );
}
