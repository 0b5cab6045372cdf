import type { Compute, SloForm } from '#lib/metrics/signal.ts';
import type { Slo } from '#lib/metrics/slo.ts';
import {
  exactly,
  type HistogramCompute,
  histogramsOf,
  type Measured,
  measureHistogram,
  measureOverBaseline,
  measureRatio,
  UNKNOWN,
} from '#lib/series/measure.ts';
import { countAgainst, measureSlo } from '#lib/series/measure-slo.ts';
import { RunningHistogram } from '#lib/series/running-histogram.ts';
import { maxIn, minIn, newestIn, sumIn, type Track, type Window, windowOf } from '#lib/series/track.ts';

/** What a signal is measured from beside the subject's own track. */
export type TrackSources = {
  readonly track: Track;
  /** Tracks of the GPUs that the engine runs on. */
  readonly gpus: readonly Track[];
  readonly baselineRps: number | null;
  /** What is promised of an engine; null of a GPU, or where it does not matter. */
  readonly slo: Slo | null;
};

/** The value over (atMs − window, atMs]. Times must not go back. */
export type TrackMeasurer = (atMs: number) => Measured;

/**
 * Measures one signal over a moving window of stored history: the same forms that `measureSpan` measures in the database
 * over one window. `gauges`: of a window a gauge gives its newest value, or its mean.
 */
export function trackMeasurer(
  compute: Compute,
  windowMs: number,
  gauges: 'newest' | 'mean',
  sources: TrackSources,
): TrackMeasurer {
  const { track } = sources;
  if (isHistogram(compute)) return histogramMeasurer(compute, windowMs, track);
  if (compute.type === 'slo') return sloMeasurer(compute.form, windowMs, sources);
  return (atMs) => {
    const window = windowOf(track, atMs - windowMs, atMs);
    if (window.end === window.first) return UNKNOWN;
    return measureScalar(compute, window, { ...sources, gauges, fromMs: atMs - windowMs, toMs: atMs });
  };
}

function isHistogram(compute: Compute): compute is HistogramCompute {
  return ['quantile', 'histogram-mean', 'fraction-below', 'joint-fraction-below'].includes(compute.type);
}

function histogramMeasurer(compute: HistogramCompute, windowMs: number, track: Track): TrackMeasurer {
  const running = new Map(histogramsOf(compute).map((name) => [name, new RunningHistogram(track, name)]));
  return (atMs) => {
    const window = windowOf(track, atMs - windowMs, atMs);
    if (window.end === window.first) return UNKNOWN;
    const now = new Map([...running].map(([name, histogram]) => [name, histogram.moveTo(window)]));
    return measureHistogram(compute, (name) => now.get(name));
  };
}

/** A promise that nobody made is not broken: unknown. */
function sloMeasurer(form: SloForm, windowMs: number, { track, slo }: TrackSources): TrackMeasurer {
  if (slo === null || slo.promisedBy === 'nobody') return () => UNKNOWN;
  const running = new Map(
    slo.parts.map(({ histogram }) => [histogram as string, new RunningHistogram(track, histogram)]),
  );
  return (atMs) => {
    const window = windowOf(track, atMs - windowMs, atMs);
    if (window.end === window.first) return UNKNOWN;
    const now = new Map([...running].map(([name, histogram]) => [name, histogram.moveTo(window)]));
    const counts = countAgainst(slo, (name) => now.get(name));
    return measureSlo(form, counts === null ? [] : [counts]);
  };
}

type Around = TrackSources & { readonly gauges: 'newest' | 'mean'; readonly fromMs: number; readonly toMs: number };

function measureScalar(compute: Compute, window: Window, around: Around): Measured {
  const { track, gauges, baselineRps } = around;
  switch (compute.type) {
    case 'gauge':
      return {
        mean: gaugeOf(track, compute.field, window, gauges),
        min: minIn(track, `${compute.field}_min`, window),
        max: maxIn(track, `${compute.field}_max`, window),
      };
    case 'peak':
      return exactly(maxIn(track, `${compute.field}_max`, window));
    case 'gauge-ratio':
      return measureGaugeRatio(track, compute.numerator, compute.denominator, window, gauges);
    case 'gauge-product': {
      const product = (of: (field: string) => number | null): number | null => productOf(compute.fields.map(of));
      return {
        mean: product((field) => gaugeOf(track, field, window, gauges)),
        min: product((field) => minIn(track, `${field}_min`, window)),
        max: product((field) => maxIn(track, `${field}_max`, window)),
      };
    }
    case 'any-bit': {
      const bits = maxIn(track, `${compute.field}_max`, window);
      return exactly(bits === null ? null : Number((BigInt(Math.round(bits)) & BigInt(compute.mask)) !== 0n));
    }
    case 'increase':
      return exactly(increaseOf(track, compute.counters, window));
    case 'rate':
      return rateOf(track, compute.counters, window);
    case 'increase-ratio':
      return measureRatio(
        compute,
        increaseOf(track, compute.numerator, window),
        increaseOf(track, compute.denominator, window),
      );
    case 'over-baseline':
      return measureOverBaseline(rateOf(track, compute.counters, window), baselineRps, compute.form);
    case 'baseline':
      return exactly(baselineRps);
    case 'per-linked-gpu':
      return measurePerWatt(rateOf(track, compute.counters, window), compute.gpuGauge, around);
    case 'failures-while-full': {
      const fullest = fullestOf(around);
      if (fullest === null) return UNKNOWN;
      return exactly(fullest >= compute.fullRatio ? increaseOf(track, compute.counters, window) : 0);
    }
    default:
      return UNKNOWN;
  }
}

function gaugeOf(track: Track, field: string, window: Window, gauges: 'newest' | 'mean'): number | null {
  if (gauges === 'newest') return newestIn(track, `${field}_last`, window);
  return over(sumIn(track, `${field}_sum`, window), sumIn(track, `${field}_count`, window));
}

function measureGaugeRatio(
  track: Track,
  top: string,
  bottom: string,
  window: Window,
  gauges: 'newest' | 'mean',
): Measured {
  const most = maxIn(track, `${bottom}_max`, window);
  return {
    mean: over(gaugeOf(track, top, window, gauges), gaugeOf(track, bottom, window, gauges)),
    min: over(minIn(track, `${top}_min`, window), most),
    max: over(maxIn(track, `${top}_max`, window), most),
  };
}

/** Null where either is unknown or the lower one is 0. */
function over(top: number | null, bottom: number | null): number | null {
  return top === null || bottom === null || bottom === 0 ? null : top / bottom;
}

function productOf(factors: readonly (number | null)[]): number | null {
  return factors.reduce((product, factor) => (product === null || factor === null ? null : product * factor), 1);
}

/** Known parts only: a sum over finish reasons must not vanish because one reason does not exist in this version. */
function increaseOf(track: Track, counters: readonly string[], window: Window): number | null {
  const known = counters.map((counter) => sumIn(track, counter, window)).filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

function rateOf(track: Track, counters: readonly string[], window: Window): Measured {
  const increase = increaseOf(track, counters, window);
  const mean = over(increase === null ? null : increase * 1000, sumIn(track, 'elapsed_ms', window));
  const [only] = counters;
  if (counters.length !== 1 || only === undefined) return exactly(mean);
  return { mean, min: minIn(track, `${only}_min`, window), max: maxIn(track, `${only}_max`, window) };
}

function measurePerWatt(rate: Measured, gauge: string, { gpus, gauges, fromMs, toMs }: Around): Measured {
  const watts = gpus
    .map((gpu) => gaugeOf(gpu, gauge, windowOf(gpu, fromMs, toMs), gauges))
    .filter((value) => value !== null);
  const total = watts.reduce((sum, value) => sum + value, 0);
  return rate.mean === null || !(total > 0) ? UNKNOWN : exactly(rate.mean / total);
}

/** How full (0..1) the fullest linked GPU was; null where none is known. */
function fullestOf({ gpus, fromMs, toMs }: Around): number | null {
  const shares = gpus
    .map((gpu) => {
      const window = windowOf(gpu, fromMs, toMs);
      return over(maxIn(gpu, 'used_bytes_max', window), maxIn(gpu, 'total_bytes_max', window));
    })
    .filter((share) => share !== null);
  return shares.length === 0 ? null : Math.max(...shares);
}

/** The stored fields of linked GPUs that a signal of an engine is measured from. */
export function gpuFieldsOf(compute: Compute): readonly string[] {
  if (compute.type === 'per-linked-gpu') return [compute.gpuGauge];
  return compute.type === 'failures-while-full' ? ['used_bytes', 'total_bytes'] : [];
}
