import type { ChartSeries } from '#components/chart/chart-data.ts';

/** What the legend says about a line. `last` is null when the newest value is older than two buckets: never a memory. */
export type SeriesStats = {
  readonly last: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly maxAtMs: number | null;
  readonly first: number | null;
};

export function seriesStats(series: ChartSeries, toMs: number, stepMs: number): SeriesStats {
  let sum = 0;
  let count = 0;
  let min: number | null = null;
  let max: number | null = null;
  let maxAtMs: number | null = null;
  let first: number | null = null;
  let newest: { value: number; atMs: number } | null = null;
  for (let index = 0; index < series.t.length; index++) {
    const value = series.mean[index];
    if (value === null || value === undefined) continue;
    const atMs = series.t[index] ?? 0;
    const low = series.min[index] ?? value;
    const high = series.max[index] ?? value;
    sum += value;
    count++;
    first ??= value;
    newest = { value, atMs };
    if (min === null || low < min) min = low;
    if (max === null || high > max) [max, maxAtMs] = [high, atMs];
  }
  const isNew = newest !== null && newest.atMs + stepMs >= toMs - 2 * stepMs;
  return {
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
