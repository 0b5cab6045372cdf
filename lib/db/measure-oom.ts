import { TIER_STEP_MS, type Tier } from '#lib/db/columns.ts';
import type { FleetState } from '#lib/db/fleet-state.ts';
import { type MeasureContext, measureSpan } from '#lib/db/measure-span.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { BatchGpuMemory } from '#lib/runs/batch-measurement.ts';
import type { BatchWindow } from '#lib/runs/batch-window.ts';
import type { BatchCounts } from '#lib/runs/count-batch.ts';

/** Failures and how full the card was are compared over this long, as the signal `oom_errors` does. */
const STEP_MS = 300_000;

type Batch = {
  readonly tier: Tier;
  readonly engineIds: readonly number[];
  readonly window: BatchWindow;
  readonly counts: BatchCounts;
  readonly memory: readonly BatchGpuMemory[];
};

/**
 * Out-of-memory failures of a batch: the signal `oom_errors` in steps of five minutes. 0 where nothing failed or no card
 * was nearly full; null where no GPU is linked or its memory is not known.
 */
export async function measureOom(context: MeasureContext, fleet: FleetState, batch: Batch): Promise<number | null> {
  const { tier, window, counts, memory, engineIds } = batch;
  const signal = findSignal('oom_errors');
  if (signal === undefined || signal.compute.type !== 'failures-while-full' || memory.length === 0) return null;
  if (counts.failed === null) return null;
  if (counts.failed === 0) return 0;
  const { fullRatio } = signal.compute;
  const fills = memory.map(({ peakBytes, totalBytes }) => {
    return peakBytes === null || totalBytes === null || totalBytes <= 0 ? null : peakBytes / totalBytes;
  });
  const known = fills.filter((fill) => fill !== null);
  if (!known.some((fill) => fill >= fullRatio)) return known.length < fills.length ? null : 0;
  const rows = await measureSpan(context, fleet, {
    subjects: fleet.subjects.filter((subject) => engineIds.includes(subject.id)),
    signals: [signal],
    span: {
      fromMs: window.startMs,
      toMs: (window.endMs ?? fleet.nowMs) + 1,
      stepMs: Math.max(STEP_MS, TIER_STEP_MS[tier]),
      tier,
    },
    group: 'subject',
  });
  const values = rows.map((row) => row.value.mean).filter((value) => value !== null);
  return values.length === 0 ? null : Math.round(values.reduce((sum, value) => sum + value, 0));
}
