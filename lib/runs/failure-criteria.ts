import type { BatchRecord } from '#lib/runs/batch-record.ts';
import { type Judgement, judged, notMeasured } from '#lib/runs/judgement.ts';

/** completed / (completed + failed) over all batches is 100 %. One known failure fails it, whatever is missing. */
export function judgeSuccess(batches: readonly BatchRecord[]): Judgement {
  const criterion = { check: 'success rate', unit: 'ratio', limit: '= 100 %' } as const;
  const failing = batches.filter((batch) => (batch.failed ?? 0) > 0).map((batch) => batch.number);
  const missing = batches.filter((batch) => batch.completed === null || batch.failed === null);
  const failed = sumOf(batches.map((batch) => batch.failed));
  const total = failed + sumOf(batches.map((batch) => batch.completed));
  if (failing.length > 0) {
    return judged(criterion, false, missing.length > 0 ? null : 1 - failed / total, `${failed} failed`, failing);
  }
  if (total === 0 || missing.length > 0) {
    return notMeasured(
      criterion,
      'requests were not counted',
      missing.map((batch) => batch.number),
    );
  }
  return judged(criterion, true, 1, 'every request completed');
}

/** No crash and no out-of-memory error; one that is known fails it, whatever is missing. */
export function judgeCrashes(batches: readonly BatchRecord[]): Judgement {
  const criterion = { check: 'crashes or OOM errors', unit: 'count', limit: '= 0' } as const;
  const ofBatch = (batch: BatchRecord): number => (batch.crashes ?? 0) + (batch.oomErrors ?? 0);
  const failing = batches.filter((batch) => ofBatch(batch) > 0).map((batch) => batch.number);
  const missing = batches.filter((batch) => batch.crashes === null || batch.oomErrors === null);
  if (failing.length > 0) {
    return judged(criterion, false, sumOf(batches.map(ofBatch)), 'the engine crashed or ran out of memory', failing);
  }
  if (batches.length === 0 || missing.length > 0) {
    return notMeasured(
      criterion,
      'crashes or OOM errors are not known',
      missing.map((batch) => batch.number),
    );
  }
  return judged(criterion, true, 0, 'none');
}

function sumOf(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}
