import type { BatchView, RunDetail } from '#lib/api/runs.ts';
import type { OpenBatch } from '#lib/api/sla.ts';
import { deadlineOf } from '#lib/runs/sla-batches.ts';

/** 000: an alert at the 20-hour mark. */
const MARK_MS = 20 * 3_600_000;

/** A batch that has not ended, with its window. */
export function openBatchOf(run: RunDetail, batch: BatchView): OpenBatch {
  const { number, name, state, total, completed, failed } = batch;
  const submittedAtMs = batch.submittedAtMs ?? batch.startedAtMs;
  const expiresMs = batch.forecast?.expiresAtMs ?? null;
  return {
    ...{ runId: run.id, runName: run.name, number, name, state, engines: run.engines, submittedAtMs },
    markAtMs: submittedAtMs + MARK_MS,
    deadlineMs: deadlineOf({ submittedMs: submittedAtMs, expiresMs }),
    ...{ total, completed, failed, forecast: batch.forecast ?? null },
  };
}
