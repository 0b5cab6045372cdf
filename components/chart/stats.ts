import type { ChartSeries } from '#components/chart/chart-data.ts';
import { isCoarse, upperOf } from '#lib/series/coarse.ts';

/** What the legend says about a line. `last` is null when the newest value is older than two buckets: never a memory. */
export type SeriesStats = {
  readonly last: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly maxAtMs: number | null;
  readonly first: number | null;
  /** Which of them are only known to be below the number given. */
  readonly below: ReadonlySet<StatName>;
};
type StatName = 'last' | 'min' | 'max' | 'mean' | 'first';

export function seriesStats(series: ChartSeries, toMs: number, stepMs: number): SeriesStats {
  let sum = 0;
  let count = 0;
  let min: number | null = null;
  let max: number | null = null;
  let maxAtMs: number | null = null;
  let first: number | null = null;
  let newest: { value: number; atMs: number } | null = null;
  let coarseCount = 0;
  let isLastCoarse = false;
  const below = new Set<StatName>();
  for (let index = 0; index < series.t.length; index++) {
    const measured = series.mean[index];
    if (measured === null || measured === undefined) continue;
    const coarse = isCoarse(measured, series.coarseBelow);
    const value = upperOf(measured, series.coarseBelow);
    if (coarse) coarseCount++;
    if (coarse && count === 0) below.add('first');
    const atMs = series.t[index] ?? 0;
    const low = coarse ? value : (series.min[index] ?? value);
    const high = Math.max(value, series.max[index] ?? value);
    sum += value;
    count++;
    first ??= value;
    newest = { value, atMs };
    isLastCoarse = coarse;
    if (min === null || low < min) min = low;
    if (max === null || high > max) [max, maxAtMs] = [high, atMs];
  }
  const isNew = newest !== null && newest.atMs + stepMs >= toMs - 2 * stepMs;
  // Exact values are at or above the bound, so the lowest is coarse if any is, the highest only if all are.
  if (coarseCount > 0) below.add('min').add('mean');
  if (coarseCount === count && count > 0) below.add('max');
  if (isLastCoarse) below.add('last');
  return {
    below,
    last: isNew && newest !== null ? newest.value : null,
    min,
    max,
    mean: count === 0 ? null : sum / count,
    maxAtMs,
    first,
  };
}

/** The `share` quantile of the buckets' lowest values: the floor that load does not touch. */
export function floorOf(series: Pick<ChartSeries, 'min'>, share: number): number | null {
  const values = series.min.filter((value): value is number => value !== null).toSorted((a, b) => a - b);
  if (values.length === 0) return null;
  return values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? null;
}
