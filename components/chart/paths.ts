import type { ChartSeries } from '#components/chart/chart-data.ts';
import type { Geometry } from '#components/chart/geometry.ts';
import { isCoarse, upperOf } from '#lib/series/coarse.ts';

export type SeriesPaths = {
  /** The mean, broken at every gap. */
  readonly line: string;
  /** Single values between two gaps: a zero-length stroke with round caps, or nobody would see them. */
  readonly points: string;
  /** min–max, closed per unbroken run; empty when min and max equal the mean. */
  readonly envelope: string;
};

type Values = Pick<ChartSeries, 't' | 'mean' | 'min' | 'max' | 'coarseBelow'>;

/** A missing bucket counts as a gap when the next one is further away than this. */
const MAX_STEP = 1.5;

/** SVG paths of one series. Values sit in the middle of their bucket; a tenth of a pixel is exact enough. */
export function seriesPaths(
  series: Values,
  g: Geometry,
  stepMs: number,
  withEnvelope: boolean,
  shadesCoarse = true,
): SeriesPaths {
  const perMs = g.plotWidth / (g.toMs - g.fromMs);
  const perUnit = g.plotHeight / g.maxValue;
  const bottom = g.top + g.plotHeight;
  const xAt = (index: number) =>
    Math.round((g.left + ((series.t[index] ?? 0) + stepMs / 2 - g.fromMs) * perMs) * 10) / 10;
  const yAt = (value: number) => Math.round((bottom - value * perUnit) * 10) / 10;
  let line = '';
  let points = '';
  let envelope = '';
  for (const [start, end] of runs(series, stepMs)) {
    const upper: string[] = [];
    const lower: string[] = [];
    let open = false;
    for (let index = start; index < end; index++) {
      const known = series.mean[index] ?? 0;
      const mean = upperOf(known, series.coarseBelow);
      const x = xAt(index);
      const y = yAt(mean);
      line += `${index === start ? 'M' : 'L'}${x} ${y}`;
      if (end - start === 1) points += `M${x} ${y}h0`;
      if (!withEnvelope) continue;
      const max = Math.max(mean, series.max[index] ?? mean);
      const min = isCoarse(known, series.coarseBelow) ? (shadesCoarse ? 0 : mean) : (series.min[index] ?? mean);
      open ||= max > mean || min < mean;
      upper.push(`${x} ${yAt(max)}`);
      lower.push(`${x} ${yAt(min)}`);
    }
    if (open) envelope += `M${upper.join('L')}L${lower.toReversed().join('L')}Z`;
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
