import type { Compute, FleetForm } from '#lib/metrics/signal.ts';
import {
  type Buckets,
  bucketQuantile,
  bucketTotal,
  highestBound,
  mergeBuckets,
  shareBelow,
} from '#lib/series/quantile.ts';

/** A signal's value over one bucket of time or one window; null is unknown. */
export type Measured = {
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Set where a quantile fell into the lowest bucket: between 0 and this bound nothing can be told. */
  readonly coarseBelow?: number;
};

export const UNKNOWN: Measured = { mean: null, min: null, max: null };

/** The same number three times: a value without a spread of its own. */
export function exactly(value: number | null): Measured {
  return { mean: value, min: value, max: value };
}

type RatioCompute = Extract<Compute, { type: 'increase-ratio' }>;

/** hits / lookups of the summed increases; x/0 is unknown, 0/0 is the signal's `whenBothZero`. */
export function measureRatio(compute: RatioCompute, numerator: number | null, denominator: number | null): Measured {
  if (numerator === null || denominator === null) return UNKNOWN;
  if (denominator > 0) return exactly(numerator / denominator);
  return exactly(numerator === 0 ? compute.whenBothZero : null);
}

export type HistogramCompute = Extract<
  Compute,
  { type: 'quantile' | 'histogram-mean' | 'fraction-below' | 'joint-fraction-below' }
>;

/** Summed bucket increases of one histogram over a window, one entry per bucket layout, and the sum of observations. */
export type HistogramWindow = { readonly parts: readonly Buckets[]; readonly sum: number | null };

/** The histograms that a compute needs. */
export function histogramsOf(compute: HistogramCompute): readonly string[] {
  return compute.type === 'joint-fraction-below' ? compute.parts.map((part) => part.histogram) : [compute.histogram];
}

/** Value of a histogram signal from the window's summed buckets; unknown without observations. */
export function measureHistogram(
  compute: HistogramCompute,
  windowOf: (histogram: string) => HistogramWindow | undefined,
): Measured {
  if (compute.type === 'joint-fraction-below') return measureJoint(compute.parts, windowOf);
  const window = windowOf(compute.histogram);
  const buckets = window === undefined ? null : mergeBuckets(window.parts);
  if (window === undefined || buckets === null) return UNKNOWN;
  switch (compute.type) {
    case 'quantile':
      return measureQuantile(compute.q, buckets);
    case 'histogram-mean': {
      const total = bucketTotal(buckets);
      return exactly(total > 0 && window.sum !== null ? window.sum / total : null);
    }
    case 'fraction-below': {
      const share = shareBelow(compute.bound, buckets);
      return share === null ? UNKNOWN : { mean: share.estimate, min: share.atLeast, max: share.atMost };
    }
  }
}

function measureQuantile(q: number, buckets: Buckets): Measured {
  if (q >= 1) return exactly(highestBound(buckets));
  const value = bucketQuantile(q, buckets);
  const lowest = buckets.bounds[0];
  if (value === null || lowest === undefined || value >= lowest) return exactly(value);
  return { ...exactly(value), coarseBelow: lowest };
}

type JointPart = Extract<Compute, { type: 'joint-fraction-below' }>['parts'][number];

/** Fréchet bounds of a joint share from its marginals: max(0, Σf − (n−1)) <= f <= min f. */
function measureJoint(
  parts: readonly JointPart[],
  windowOf: (histogram: string) => HistogramWindow | undefined,
): Measured {
  let atLeast = 1;
  let atMost = 1;
  for (const part of parts) {
    const buckets = mergeBuckets(windowOf(part.histogram)?.parts ?? []);
    const share = buckets === null ? null : shareBelow(part.bound, buckets);
    if (share === null) return UNKNOWN;
    atLeast -= 1 - share.atLeast;
    atMost = Math.min(atMost, share.atMost);
  }
  const min = Math.max(0, atLeast);
  return { mean: (min + atMost) / 2, min, max: atMost };
}

/** Rates against a baseline: the multiple, or how far below 1 it is. */
export function measureOverBaseline(rate: Measured, baselineRps: number | null, form: 'multiple' | 'drop'): Measured {
  if (baselineRps === null || !(baselineRps > 0)) return UNKNOWN;
  const against = (value: number | null): number | null => {
    if (value === null) return null;
    return form === 'multiple' ? value / baselineRps : Math.max(0, 1 - value / baselineRps);
  };
  const [low, high] = form === 'multiple' ? [rate.min, rate.max] : [rate.max, rate.min];
  return { mean: against(rate.mean), min: against(low), max: against(high) };
}

/** Joins subjects' values for the fleet: sums stay sums; means keep the extreme subject as the edges. */
export function combineFleet(form: FleetForm, values: readonly Measured[]): Measured {
  const known = values.filter((value) => value.mean !== null);
  if (known.length === 0) return UNKNOWN;
  const pick = (key: 'mean' | 'min' | 'max'): number[] => known.map((value) => value[key] ?? value.mean ?? 0);
  const total = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0);
  if (form === 'sum') return { mean: total(pick('mean')), min: total(pick('min')), max: total(pick('max')) };
  return { mean: total(pick('mean')) / known.length, min: Math.min(...pick('min')), max: Math.max(...pick('max')) };
}
