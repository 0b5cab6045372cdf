import type { LeakFacts, LeakJudgement } from '#lib/detect/leak-judgement.ts';
import { judgeFloors } from '#lib/detect/leak-verdict.ts';
import type { MemoryFloor } from '#lib/detect/memory-floors.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import type { BatchRecord } from '#lib/runs/batch-record.ts';
import { type Judgement, judged, notMeasured } from '#lib/runs/judgement.ts';

/** 0.5 GB of report 003; a GB is 1024³ bytes, as in rules and in nvidia-smi's 10.35 GB. */
const MOST_DELTA_BYTES = 0.5 * 1024 ** 3;

/** Idle memory before the first batch and after the last, and the difference (report 003: "Total VRAM delta"). */
export function judgeTotalDelta(batches: readonly BatchRecord[]): Judgement {
  const criterion = { check: 'total VRAM delta', unit: 'bytes', limit: '< 0.5 GB' } as const;
  const [first, last] = [batches[0], batches.at(-1)];
  const before = first?.vramBeforeBytes ?? null;
  const after = last?.vramAfterBytes ?? null;
  if (first === undefined || last === undefined || before === null || after === null) {
    const missing = before === null ? 'before the first' : 'after the last';
    const which = before === null ? first : last;
    return notMeasured(criterion, `idle memory ${missing} batch is not known`, which ? [which.number] : []);
  }
  const delta = after - before;
  const passes = delta < MOST_DELTA_BYTES;
  return judged(criterion, passes, delta, passes ? 'below the limit' : 'memory stayed behind', [last.number]);
}

export type VramTrend = { readonly judgement: Judgement; readonly leak: LeakJudgement };

/**
 * The leak verdict on a run's floors: before the first batch and after each. `leak` fails, `inconclusive` is not measured,
 * everything else passes; the number is what one batch leaves behind.
 */
export function judgeVramTrend(batches: readonly BatchRecord[], facts: LeakFacts): VramTrend {
  const leak = judgeFloors('batch', floorsOfRun(batches), facts);
  const criterion = { check: 'VRAM trend', unit: 'bytes', limit: 'no leak' } as const;
  const perBatch = leak.slopeMibPerBatch === null ? null : leak.slopeMibPerBatch.estimate * 1024 ** 2;
  if (leak.verdict === 'inconclusive') {
    const more = leak.moreFloors === null ? '' : `; ${leak.moreFloors} more batches are needed`;
    return { judgement: notMeasured(criterion, leak.reason + more, []), leak };
  }
  const sinceMs = leak.model?.sinceMs ?? Number.NEGATIVE_INFINITY;
  const growing = batches.filter((batch) => batch.endMs !== null && batch.endMs > sinceMs).map((batch) => batch.number);
  const reason = `${leak.verdict}: ${leak.reason}`;
  return { judgement: judged(criterion, leak.verdict !== 'leak', perBatch, reason, growing), leak };
}

/** Floors of a run in order; batches whose idle memory is not known are left out. */
export function floorsOfRun(batches: readonly BatchRecord[]): readonly MemoryFloor[] {
  const first = batches[0];
  const before =
    first === undefined || first.vramBeforeBytes === null
      ? []
      : [{ atMs: first.startMs, bytes: first.vramBeforeBytes, load: 0 }];
  const after = batches.flatMap(({ endMs, vramAfterBytes }) =>
    endMs === null || vramAfterBytes === null ? [] : [{ atMs: endMs, bytes: vramAfterBytes, load: 0 }],
  );
  return [...before, ...after];
}

/** No batch needed more memory at its peak than was expected of the run; the number is the highest peak. */
export function judgeVramExpectation(
  peaks: readonly { readonly number: number; readonly peakBytes: number | null }[],
  expectedBytes: number,
): Judgement {
  const limit = `<= ${formatValue(expectedBytes, 'bytes')}`;
  const criterion = { check: 'VRAM against expectation', unit: 'bytes', limit } as const;
  const known = peaks.map((peak) => peak.peakBytes).filter((bytes) => bytes !== null);
  const above = peaks.filter((peak) => (peak.peakBytes ?? 0) > expectedBytes).map((peak) => peak.number);
  const missing = peaks.filter((peak) => peak.peakBytes === null).map((peak) => peak.number);
  if (above.length > 0) return judged(criterion, false, Math.max(...known), 'more than expected', above);
  if (known.length === 0 || missing.length > 0) return notMeasured(criterion, 'the peak is not known', missing);
  return judged(criterion, true, Math.max(...known), 'as expected');
}
