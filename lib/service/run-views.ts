import type { BatchView, RunDetail, RunSummary } from '#lib/api/runs.ts';
import type { FigureBatch } from '#lib/db/run-figures.ts';
import type { RunRow, RunVerdict } from '#lib/db/runs.ts';
import type { SubjectRef } from '#lib/db/subject-refs.ts';
import { isMatrix } from '#lib/runs/run.ts';
import { cellsInTime, gpuIdsOf, runGpuMemory } from '#lib/runs/run-gpu.ts';
import { totalsOf } from '#lib/runs/run-totals.ts';
import type { JudgedRun } from '#lib/service/judged-run.ts';
import { toLeakView } from '#lib/service/leak-view.ts';

export function toRunSummary(
  run: RunRow,
  verdict: RunVerdict,
  engines: readonly SubjectRef[],
  batchCount: number,
): RunSummary {
  const { id, name, kind, origin, labels, startedAtMs, finishedAtMs, createdBy } = run;
  return {
    id,
    name,
    kind,
    origin,
    state: finishedAtMs === null ? 'running' : 'finished',
    labels,
    startedAtMs,
    finishedAtMs,
    engines: [...engines],
    batchCount,
    outcome: verdict.outcome,
    headline: verdict.headline,
    createdBy,
  };
}

export function toRunDetail(judged: JudgedRun): RunDetail {
  const { run, expectation, engines, gpus, batches, judgement, headline } = judged;
  const figures = batches.map((batch) => batch.figures);
  const inTime = isMatrix(run.kind) ? cellsInTime(figures) : figures;
  return {
    ...toRunSummary(run, { outcome: judgement.outcome, headline }, engines, batches.length),
    notes: run.notes,
    expectation,
    batches: batches.map(toBatchView),
    totals: totalsOf(figures),
    gpus: gpuIdsOf(figures).flatMap((gpuId) => {
      const leak = judgement.leaks.get(gpuId);
      if (leak === undefined) return [];
      const { growers, ...memory } = runGpuMemory(inTime, gpuId);
      const gpu = gpus.get(gpuId) ?? { id: gpuId, kind: 'gpu', name: `GPU ${gpuId}` };
      return [{ gpu, ...memory, leak: toLeakView(leak), growers: [...growers] }];
    }),
    criteria: judgement.criteria.map((criterion) => ({ ...criterion, batches: [...criterion.batches] })),
  };
}

export function toBatchView({ row, figures }: FigureBatch): BatchView {
  const { submittedMs, startMs, endMs, restarts: _restarts, memory, missing, cell, ...numbers } = figures;
  return {
    ...numbers,
    ...(cell === null ? {} : { cell: { ...cell, remarks: [...cell.remarks] } }),
    name: row.name,
    externalId: row.externalId,
    state: row.state,
    stateWord: row.stateWord,
    notes: row.notes,
    submittedAtMs: submittedMs,
    startedAtMs: startMs,
    endedAtMs: endMs,
    memory: memory.map(({ gpuId, beforeBytes, afterBytes, peakBytes, totalBytes }) => {
      const deltaBytes = beforeBytes === null || afterBytes === null ? null : afterBytes - beforeBytes;
      return { gpuId, beforeBytes, afterBytes, deltaBytes, peakBytes, totalBytes };
    }),
    missing: [...missing],
  };
}
