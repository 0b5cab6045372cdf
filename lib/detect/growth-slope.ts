import type { GrowthSeries, ModelFit } from '#lib/detect/growth-models.ts';
import { mannKendall } from '#lib/detect/hamed-rao-mann-kendall.ts';
import { median } from '#lib/detect/order-statistics.ts';
import { type Interval, medianSlope, theilSen } from '#lib/detect/theil-sen.ts';

export type GrowthSlope = {
  /** Per unit of time, widened by what rounding can hide over the span. */
  readonly slope: Interval;
  /** Lower bound of the whole, which a warm-up that still fades does not widen. */
  readonly provenLow: number;
  readonly pValue: number;
  /** The floors since the bend, where there is one. */
  readonly count: number;
  readonly span: number;
  /** Slopes of the earlier and the later half of them. */
  readonly early: number;
  readonly late: number;
  /** Growth over the span with a step in between. */
  readonly net: number;
  /** Level at the last floor, by the fitted slope. */
  readonly levelNow: number;
};

const FEWEST = 3;

/**
 * Trend test and slope of a series as its model sees it: load, saw-tooth and what fades
 * taken out, floors before a bend left out, no pair over a step. null with fewer than three floors left.
 */
export function growthSlope(series: GrowthSeries, model: ModelFit): GrowthSlope | null {
  const from = settledIndex(series.times, model);
  const breakIndex = Math.max(0, (model.stepIndex ?? 0) - from);
  const times = series.times.subarray(from);
  const values = series.values
    .subarray(from)
    .map((value, i) => value - besideAt(series, model, from + i) - fadeAt(model, series.times, from + i));
  const count = values.length;
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
  if (count < FEWEST || span <= 0) return null;
  const { sen, pValue } = trendOf(times, values, breakIndex) ?? { sen: null, pValue: 1 };
  if (sen === null) return null;
  const half = count >> 1;
  const sides = [(times[breakIndex - 1] ?? 0) - (times[0] ?? 0), (times.at(-1) ?? 0) - (times[breakIndex] ?? 0)];
  const hidden = series.quantum / Math.max(...sides);
  const fading =
    model.rampRise !== null && breakIndex === 0 ? trendOf(times.subarray(half), values.subarray(half), 0)?.sen : null;
  return {
    slope: {
      estimate: sen.estimate,
      low: Math.min(sen.low, fading?.low ?? sen.low) - hidden,
      high: Math.max(sen.high, fading?.high ?? sen.high) + hidden,
    },
    provenLow: sen.low - hidden,
    pValue,
    count,
    span,
    early: medianSlope(times.subarray(0, half), values.subarray(0, half)) ?? sen.estimate,
    late: medianSlope(times.subarray(half), values.subarray(half)) ?? sen.estimate,
    net: sen.estimate * span + (breakIndex > 0 ? (model.step ?? 0) : 0),
    levelNow: levelAtEnd(series, model, from + breakIndex, sen.estimate),
  };
}

function besideAt({ covariate }: GrowthSeries, { perBeside }: ModelFit, i: number): number {
  return perBeside * (covariate?.values[i] ?? 0);
}

/** What of a rise that fades had come by then; 0 for other shapes. */
function fadeAt({ fade }: ModelFit, times: Float64Array, i: number): number {
  return fade === null ? 0 : fade.rise * (1 - Math.exp(-((times[i] ?? 0) - (times[0] ?? 0)) / fade.tauH));
}

function trendOf(
  times: Float64Array,
  values: Float64Array,
  breakIndex: number,
): { readonly sen: Interval; readonly pValue: number } | null {
  let pValue = 1;
  const sen = theilSen(times, values, breakIndex, (slope) => {
    const trend = mannKendall(values, withoutTrend(times, values, slope, breakIndex), breakIndex);
    pValue = trend.pValue;
    return trend.variance;
  });
  return sen === null ? null : { sen, pValue };
}

/** A warm-up fades out: after a ramp, half as long again is left out, and no more than half of the floors since. */
function settledIndex(times: Float64Array, model: ModelFit): number {
  const { since } = model;
  if (model.fade !== null) return Math.max(0, Math.min(since, times.length >> 1));
  if (model.rampRise === null) return since;
  const bend = times[since] ?? 0;
  const settledAt = bend + (bend - (times[0] ?? 0)) / 2;
  const found = times.findIndex((time) => time >= settledAt);
  const latest = Math.max(since, Math.min((since + times.length) >> 1, times.length - FEWEST));
  return Math.min(found === -1 ? since : found, latest);
}

function withoutTrend(times: Float64Array, values: Float64Array, slope: number, breakIndex: number): Float64Array {
  const flat = values.map((value, i) => value - slope * (times[i] ?? 0));
  const before = median(flat.subarray(0, breakIndex)) ?? 0;
  const after = median(flat.subarray(breakIndex)) ?? 0;
  return flat.map((value, i) => value - (i < breakIndex ? before : after));
}

/** Median level of the floors from an entry on, carried to the last of them; load is part of it. */
function levelAtEnd(series: GrowthSeries, model: ModelFit, from: number, slope: number): number {
  const { times } = series;
  const end = times.length - 1;
  const carried = series.values
    .subarray(from)
    .map((value, i) => value - fadeAt(model, times, from + i) + slope * ((times[end] ?? 0) - (times[from + i] ?? 0)));
  return (median(carried) ?? Number.NaN) + fadeAt(model, times, end);
}
