import type { SloForm } from '#lib/metrics/signal.ts';
import type { Slo, SloPart } from '#lib/metrics/slo.ts';
import { exactly, type HistogramWindow, type Measured, UNKNOWN } from '#lib/series/measure.ts';
import { bucketTotal, mergeBuckets, type Share, shareBelow } from '#lib/series/quantile.ts';

/** Requests of a window against a promise, as far as the buckets prove it. */
export type SloCounts = {
  readonly requests: number;
  /** Outside of at least one latency: at least and at most this many. null: the buckets tell nothing of any latency. */
  readonly slowAtLeast: number | null;
  readonly slowAtMost: number;
  /** Every latency of the promise was seen; else `slowAtMost` is not known to hold. */
  readonly isComplete: boolean;
  readonly objective: number;
};

type WindowOf = (histogram: string) => HistogramWindow | undefined;

/** Share of requests within each latency of a promise, in its order; null where nothing was observed. */
export function sharesWithin(slo: Slo, windowOf: WindowOf): readonly (Share | null)[] {
  return slo.parts.map((part) => {
    const buckets = mergeBuckets(windowOf(part.histogram)?.parts ?? []);
    return buckets === null ? null : shareBelow(part.bound, buckets);
  });
}

/**
 * How many requests of a window broke the promise. A latency between two bucket bounds is proven broken only above the
 * upper one; of several latencies the worst is the least that broke any (Fréchet), their sum the most.
 * null: no histogram of the promise has a row in the window, or it names no latency.
 */
export function countAgainst(slo: Slo, windowOf: WindowOf): SloCounts | null {
  const totals = slo.parts.flatMap((part) => {
    const buckets = mergeBuckets(windowOf(part.histogram)?.parts ?? []);
    return buckets === null ? [] : [bucketTotal(buckets)];
  });
  if (totals.length === 0) return null;
  // Older versions count tokens for time per token: the fewest observations are nearest to requests.
  const requests = Math.min(...totals.filter((total) => total > 0), Math.max(...totals));
  const shares = sharesWithin(slo, windowOf).map((share, i) => toldShare(share, slo.parts[i], slo.objective, windowOf));
  const known = shares.filter((share) => share !== null);
  const slow = (share: number): number => Math.max(0, 1 - share) * requests;
  return {
    requests,
    slowAtLeast: known.length === 0 && requests > 0 ? null : Math.max(0, ...known.map(({ atMost }) => slow(atMost))),
    slowAtMost: Math.min(
      requests,
      known.reduce((sum, { atLeast }) => sum + slow(atLeast), 0),
    ),
    isComplete: known.length === shares.length,
    objective: slo.objective,
  };
}

/**
 * null where a latency below the lowest bucket bound says nothing: vLLM's prefill buckets begin at 300 ms, and none above it
 * is no sign that all were within 100 ms. What is above it is proven all the same once it breaks the objective.
 */
function toldShare(
  share: Share | null,
  part: SloPart | undefined,
  objective: number,
  windowOf: WindowOf,
): Share | null {
  if (share === null || part === undefined) return null;
  const lowest = mergeBuckets(windowOf(part.histogram)?.parts ?? [])?.bounds[0] ?? 0;
  return part.bound < lowest && share.atMost >= objective ? null : share;
}

/**
 * A signal of the promise from its counts; of several engines from all their counts, each with its own objective. The mean
 * of `burn` and `slow` is what is proven, so that nobody is paged for what happened inside a bucket; `max` is what may be.
 */
export function measureSlo(form: SloForm, counts: readonly SloCounts[]): Measured {
  if (counts.length === 0) return UNKNOWN;
  if (form === 'requests') return exactly(counts.reduce((total, each) => total + each.requests, 0));
  const told = counts.filter((each) => each.slowAtLeast !== null);
  return told.length === 0 ? UNKNOWN : measureTold(form, told);
}

function measureTold(form: Exclude<SloForm, 'requests'>, counts: readonly SloCounts[]): Measured {
  const sum = (pick: (each: SloCounts) => number): number => counts.reduce((total, each) => total + pick(each), 0);
  const requests = sum((each) => each.requests);
  const [least, most] = [sum((each) => each.slowAtLeast ?? 0), sum((each) => each.slowAtMost)];
  const isComplete = counts.every((each) => each.isComplete || each.requests === 0);
  const proven = (value: (slow: number) => number): Measured => ({
    mean: value(least),
    min: value(least),
    max: isComplete ? value(most) : null,
  });
  if (form === 'slow') return proven((slow) => slow);
  if (requests === 0) return form === 'budget-left' ? exactly(1) : UNKNOWN;
  const allowed = sum((each) => each.requests * (1 - each.objective));
  if (form === 'burn') return proven((slow) => slow / allowed);
  if (form === 'budget-left') {
    const left = proven((slow) => 1 - slow / allowed);
    return { mean: left.mean, min: left.max, max: left.min };
  }
  if (!isComplete) return UNKNOWN;
  const [min, max] = [1 - most / requests, 1 - least / requests];
  return { mean: (min + max) / 2, min, max };
}
