import type { ChartSeries } from '#components/chart/chart-data.ts';
import { type Geometry, xOf, yOf } from '#components/chart/geometry.ts';

export type SeriesPaths = {
  /** The mean, broken at every gap. */
  readonly line: string;
  /** Single values between two gaps: a zero-length stroke with round caps, or nobody would see them. */
  readonly points: string;
  /** min–max, closed per unbroken run; empty when min and max equal the mean. */
  readonly envelope: string;
};

const round = (value: number): number => Math.round(value * 10) / 10;

/** A missing bucket counts as a gap when the next one is further away than this. */
const MAX_STEP = 1.5;

/** SVG paths of one series. Values sit in the middle of their bucket. */
export function seriesPaths(series: ChartSeries, g: Geometry, stepMs: number): SeriesPaths {
  let line = '';
  let points = '';
  let envelope = '';
  for (const [start, end] of runs(series, stepMs)) {
    if (end - start === 1) {
      const value = series.mean[start] ?? 0;
      points += `M${round(xOf(g, (series.t[start] ?? 0) + stepMs / 2))} ${round(yOf(g, value))}h0`;
    }
    line += polyline(series.t, series.mean, start, end, g, stepMs);
    envelope += band(series, start, end, g, stepMs);
  }
  return { line, points, envelope };
}

/** Unbroken runs as [start, end) indices. */
export function runs(series: Pick<ChartSeries, 't' | 'mean'>, stepMs: number): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  let start = -1;
  for (let index = 0; index < series.t.length; index++) {
    const missing = series.mean[index] === null || series.mean[index] === undefined;
    const jump = start >= 0 && (series.t[index] ?? 0) - (series.t[index - 1] ?? 0) > stepMs * MAX_STEP;
    if (start >= 0 && (missing || jump)) {
      found.push([start, index]);
      start = -1;
    }
    if (!missing && start < 0) start = index;
  }
  if (start >= 0) found.push([start, series.t.length]);
  return found;
}

function polyline(
  t: readonly number[],
  values: readonly (number | null)[],
  start: number,
  end: number,
  g: Geometry,
  stepMs: number,
): string {
  let path = '';
  for (let index = start; index < end; index++) {
    const x = round(xOf(g, (t[index] ?? 0) + stepMs / 2));
    path += `${index === start ? 'M' : 'L'}${x} ${round(yOf(g, values[index] ?? 0))}`;
  }
  return path;
}

function band(series: ChartSeries, start: number, end: number, g: Geometry, stepMs: number): string {
  let upper = '';
  let lower = '';
  let open = false;
  for (let index = start; index < end; index++) {
    const mean = series.mean[index] ?? 0;
    const max = series.max[index] ?? mean;
    const min = series.min[index] ?? mean;
    open ||= max > mean || min < mean;
    const x = round(xOf(g, (series.t[index] ?? 0) + stepMs / 2));
    upper += `${index === start ? 'M' : 'L'}${x} ${round(yOf(g, max))}`;
    lower = `L${x} ${round(yOf(g, min))}${lower}`;
  }
  return open ? `${upper}${lower}Z` : '';
}
