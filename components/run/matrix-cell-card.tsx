'use client';

import { X } from 'lucide-react';
import Link from 'next/link';
import { Fact } from '#components/run/fact.tsx';
import { CriterionState } from '#components/run/run-status.tsx';
import { Instant } from '#components/status/instant.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { IconButton } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import type { BatchView, RunDetail } from '#lib/api/runs.ts';
import { batchPanelLinks } from '#lib/client/batch-panel-links.ts';
import { cellSourceText } from '#lib/client/matrix-words.ts';
import { durationText, errorsText, judgedValueText, memoryText, signedText } from '#lib/client/run-words.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { scalingOf } from '#lib/runs/matrix/scaling.ts';

/** One cell with everything that is known of it, and the panels cut to its time. */
export function MatrixCellCard({ run, batch, onClose }: { run: RunDetail; batch: BatchView; onClose: () => void }) {
  const { cell } = batch;
  const isTimed = cell?.timed !== false;
  return (
    <Card
      title={`Cell ${batch.number}: ${batch.name}`}
      actions={
        <IconButton label="Close the cell" onClick={onClose}>
          <X size={14} aria-hidden />
        </IconButton>
      }
    >
      <div className="space-y-3 px-3 pb-3">
        <p className="flex flex-wrap gap-1">
          {Object.entries(cell?.params ?? {}).map(([name, value]) => (
            <Badge key={name}>
              <span className="truncate" title={`${name}=${value}`}>
                {name}={value}
              </span>
            </Badge>
          ))}
        </p>
        <p>
          {cellSourceText(batch)}
          {isTimed && (
            <>
              ; began <Instant ms={batch.startedAtMs} />
            </>
          )}
          , took {durationText(batch.durationMs)}
        </p>
        <Criteria run={run} batch={batch} />
        <Numbers run={run} batch={batch} />
        {Object.keys(batch.errors).length > 0 && <p>Errors: {errorsText(batch.errors)}</p>}
        {batch.notes !== '' && <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{batch.notes}</p>}
        {cell?.remarks.map((text) => (
          <p key={text} className="text-xs [overflow-wrap:anywhere]">
            {text}
          </p>
        ))}
        {batch.missing.length > 0 && (
          <ul className="text-xs text-muted">
            {batch.missing.map((text) => (
              <li key={text}>Not measured: {text}</li>
            ))}
          </ul>
        )}
        {isTimed && run.engines.length > 0 && <PanelLinks run={run} batch={batch} />}
      </div>
    </Card>
  );
}

function Criteria({ run, batch }: { run: RunDetail; batch: BatchView }) {
  const shown = run.criteria.filter(({ batches, cell }) => cell !== undefined && batches.includes(batch.number));
  if (shown.length === 0) return <p className="text-muted">No report has a limit for this cell.</p>;
  return (
    <ul className="space-y-0.5">
      {shown.map((one) => (
        <li key={`${one.check} ${one.cell}`} className="flex flex-wrap items-baseline gap-x-2">
          <CriterionState state={one.state} />
          <span>
            {one.check}: {judgedValueText(one)}, passes {one.limit}
          </span>
          <span className="text-xs text-muted [overflow-wrap:anywhere]">
            {one.reason}
            {one.source === undefined ? '' : `; report ${one.source}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Numbers({ run, batch }: { run: RunDetail; batch: BatchView }) {
  const { cell } = batch;
  const seconds = (value: number | null | undefined) => formatValue(value, 'seconds');
  const three = (of: { p50: number | null; p95: number | null; p99: number | null } | undefined) =>
    `${seconds(of?.p50)}, ${seconds(of?.p95)}, ${seconds(of?.p99)}`;
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-3 xl:grid-cols-5">
      <Fact term="Completed, failed">
        {formatValue(batch.completed, 'requests')}, {formatValue(batch.failed, 'requests')}
      </Fact>
      <Fact term="Success">{formatValue(batch.successRatio, 'ratio')}</Fact>
      <Fact term="Request p50, p95, p99">{three(cell?.latency)}</Fact>
      <Fact term="TTFT p50, p95, p99">{three(cell?.ttft)}</Fact>
      <Fact term="TPOT p50; ITL p99">
        {seconds(cell?.tpotP50)}; {seconds(cell?.itlP99)}
      </Fact>
      <Fact term="Requests/s">{formatValue(batch.requestsPerSecond, 'requests_per_second')}</Fact>
      <Fact term="Scaling against the lowest C">{formatValue(scalingOf(batch, run.batches), 'ratio')}</Fact>
      <Fact term="Tokens/s">{formatValue(batch.tokensPerSecond, 'tokens_per_second')}</Fact>
      <Fact term="Goodput">
        {formatValue(cell?.goodputPerSecond, 'requests_per_second')}, {formatValue(cell?.goodRatio, 'ratio')}
      </Fact>
      <Fact term="Arrivals, most">{formatValue(cell?.arrivalPeakPerSecond, 'requests_per_second')}</Fact>
      <Fact term="Queue, most; running, most">
        {formatValue(cell?.queuePeak, 'requests')}; {formatValue(cell?.runningPeak, 'requests')}
      </Fact>
      <Fact term="KV cache, most">{formatValue(cell?.kvMaxRatio, 'ratio')}</Fact>
      <Fact term="Cache hits">{formatValue(batch.hitRatio, 'ratio')}</Fact>
      <Fact term="Preemptions, share">
        {formatValue(batch.preemptions, 'count')}, {formatValue(cell?.evictionRatio, 'ratio')}
      </Fact>
      <Fact term="Out of memory, crashes">
        {formatValue(batch.oomErrors, 'count')}, {formatValue(batch.crashes, 'count')}
      </Fact>
      {batch.memory.map(({ gpuId, beforeBytes, afterBytes, deltaBytes, peakBytes }) => (
        <Fact
          key={gpuId}
          term={`VRAM, ${run.gpus.find(({ gpu }) => gpu.id === gpuId)?.gpu.name ?? `GPU ${gpuId}`}`}
          className="col-span-2"
        >
          {memoryText(beforeBytes)} → {memoryText(afterBytes)} ({signedText(deltaBytes, 'bytes')}), peak{' '}
          {memoryText(peakBytes)}
        </Fact>
      ))}
    </dl>
  );
}

function PanelLinks({ run, batch }: { run: RunDetail; batch: BatchView }) {
  return (
    <p>
      Panels cut to its time:{' '}
      {batchPanelLinks(run, batch).map(({ href, text }, i) => (
        <span key={href}>
          {i > 0 && ', '}
          <Link href={href} className="underline [overflow-wrap:anywhere]">
            {text}
          </Link>
        </span>
      ))}
    </p>
  );
}
