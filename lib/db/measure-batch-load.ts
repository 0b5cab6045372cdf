import { TIER_STEP_MS, type Tier } from '#lib/db/columns.ts';
import type { FleetState } from '#lib/db/fleet-state.ts';
import { type MeasureContext, measureSpan } from '#lib/db/measure-span.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { BatchLoad } from '#lib/runs/batch-load.ts';
import type { BatchWindow } from '#lib/runs/batch-window.ts';
import type { Measured } from '#lib/series/measure.ts';

type Asked = { readonly tier: Tier; readonly engineIds: readonly number[]; readonly window: BatchWindow };

const WHOLE = [
  'e2e_latency_p50',
  'e2e_latency_p95',
  'e2e_latency_p99',
  'ttft_p50',
  'ttft_p95',
  'ttft_p99',
  'kv_cache_utilization',
] as const;
const PEAKS = ['queue_depth', 'running_requests', 'arrival_rate'] as const;
/** Engines are not polled at the same moment: what happened within five seconds happened together. */
const TOGETHER_MS = 5000;
/** More steps than this are not looked at one by one. */
const MOST_STEPS = 1500;

/** Latency, KV cache and peaks of the engines of one batch, from the samples between its begin and its end. */
export async function measureBatchLoad(
  context: MeasureContext,
  fleet: FleetState,
  { tier, engineIds, window }: Asked,
): Promise<BatchLoad | null> {
  const subjects = fleet.subjects.filter((subject) => engineIds.includes(subject.id));
  if (subjects.length === 0) return null;
  // A sample tells of the time before it: the first of a batch is the one after its begin.
  const span = { fromMs: window.startMs + 1, toMs: (window.endMs ?? fleet.nowMs) + 1, tier } as const;
  const leastMs = Math.max(TOGETHER_MS, TIER_STEP_MS[tier]);
  const stepMs = leastMs * Math.max(1, Math.ceil((span.toMs - span.fromMs) / leastMs / MOST_STEPS));
  const ask = (ids: readonly string[], step: number | null) =>
    measureSpan(context, fleet, {
      subjects,
      signals: ids.map(findSignal).filter((signal) => signal !== undefined),
      span: { ...span, stepMs: step, gauges: 'mean' },
      group: 'fleet',
    });
  const [whole, steps] = await Promise.all([ask(WHOLE, null), ask(PEAKS, stepMs)]);
  const of = (id: (typeof WHOLE)[number]): Measured | undefined => whole.find((row) => row.signal.id === id)?.value;
  const peakOf = (id: (typeof PEAKS)[number]): number | null => {
    const values = steps.filter((row) => row.signal.id === id).map((row) => row.value.max);
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  const quantile = (id: (typeof WHOLE)[number]): number | null => of(id)?.mean ?? null;
  return {
    latency: {
      p50: quantile('e2e_latency_p50'),
      p95: quantile('e2e_latency_p95'),
      p99: quantile('e2e_latency_p99'),
    },
    ttft: { p50: quantile('ttft_p50'), p95: quantile('ttft_p95'), p99: quantile('ttft_p99') },
    kvMaxRatio: of('kv_cache_utilization')?.max ?? null,
    queuePeak: peakOf('queue_depth'),
    runningPeak: peakOf('running_requests'),
    arrivalPeakPerSecond: peakOf('arrival_rate'),
  };
}
