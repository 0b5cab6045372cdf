import type { BatchRecord } from '#lib/runs/batch-record.ts';
import { type Judgement, judged, notMeasured } from '#lib/runs/judgement.ts';

/** Longer than this from submit to the first running request is a model load (rules.yaml, ModelReloaded). */
const LONGEST_START_MS = 10_000;

/** What is seen of a batch's start. null is unknown. */
export type BatchStart = {
  readonly submittedMs: number | null;
  readonly firstRunningMs: number | null;
  /** The newest poll since the submit that saw nothing run yet, or got no answer; null where the first one saw it run. */
  readonly lastIdleMs: number | null;
  /** When the batch before it ended, and when the engine's process was started. */
  readonly previousEndMs: number | null;
  readonly processStartMs: number | null;
};

/**
 * How long the first request of a batch waited for a model load: from submit to the first running request where the
 * process started in the gap before the batch or during its start, or where that took more than 10 s; otherwise 0. null
 * when the times are not known, or polls are too rare to tell: idle within 10 s, running after them.
 */
export function reloadDelayMs(start: BatchStart): number | null {
  const { submittedMs, firstRunningMs, lastIdleMs, previousEndMs, processStartMs } = start;
  if (submittedMs === null || firstRunningMs === null) return null;
  const waitedMs = Math.max(0, firstRunningMs - submittedMs);
  const restarted =
    processStartMs !== null &&
    previousEndMs !== null &&
    processStartMs > previousEndMs &&
    processStartMs <= firstRunningMs;
  if (restarted) return waitedMs;
  if (waitedMs <= LONGEST_START_MS || lastIdleMs === null) return 0;
  return lastIdleMs - submittedMs > LONGEST_START_MS ? waitedMs : null;
}

/** No batch waited for a model load; the number is the longest wait, in seconds. The first batch counts like the others. */
export function judgeReload(batches: readonly BatchRecord[]): Judgement {
  const criterion = { check: 'model reload delay', unit: 'seconds', limit: '= 0 s' } as const;
  const reloaded = batches.filter((batch) => (batch.reloadDelayMs ?? 0) > 0).map((batch) => batch.number);
  const missing = batches.filter((batch) => batch.reloadDelayMs === null).map((batch) => batch.number);
  if (reloaded.length > 0) {
    const longestMs = Math.max(...batches.map((batch) => batch.reloadDelayMs ?? 0));
    return judged(criterion, false, longestMs / 1000, 'the model was reloaded', reloaded);
  }
  if (batches.length === 0 || missing.length > 0) {
    return notMeasured(criterion, 'the start of a batch was not seen', missing);
  }
  return judged(criterion, true, 0, 'the model stayed loaded');
}
