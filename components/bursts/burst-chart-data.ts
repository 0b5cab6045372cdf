import type { ChartData, ChartMark, ChartSeries } from '#components/chart/chart-data.ts';
import type { BurstDetail } from '#lib/api/bursts.ts';

const FASTEST_MS = 250;
/** A poll that is later than this many of the usual distance leaves a gap, not a level line. */
const LATE = 2.5;
const MOST_BUCKETS = 3000;

type Points = BurstDetail['points'];

/** The distance of the closest polls, on which the others are laid; longer where that would be too many. */
function stepOf(t: readonly number[]): number {
  const gaps = t.slice(1).map((atMs, i) => atMs - (t[i] ?? atMs));
  const spanMs = (t.at(-1) ?? 0) - (t[0] ?? 0);
  const closest = Math.max(FASTEST_MS, Math.min(1000, ...gaps));
  return Math.max(closest, Math.ceil(spanMs / MOST_BUCKETS / closest) * closest);
}

/** Polls of different distances on even buckets: each tells of the time since the one before, an unknown one is a gap. */
function lineOf(points: Points, values: readonly (number | null)[], stepMs: number): Pick<ChartSeries, 't' | 'mean'> {
  const { t } = points;
  const first = t[0] ?? 0;
  const count = Math.max(0, Math.ceil(((t.at(-1) ?? 0) - first) / stepMs));
  const usualMs = distanceOf(t);
  const mean = new Array<number | null>(count).fill(null);
  t.forEach((atMs, i) => {
    const before = t[i - 1];
    const value = values[i] ?? null;
    if (before === undefined || value === null || atMs - before > usualMs * LATE) return;
    const from = Math.round((before - first) / stepMs);
    const to = Math.max(from + 1, Math.round((atMs - first) / stepMs));
    for (let bucket = from; bucket < Math.min(to, count); bucket += 1) mean[bucket] = value;
  });
  return { t: mean.map((_, bucket) => first + bucket * stepMs), mean };
}

/** Of polls at the slower of the two paces of a target. */
function distanceOf(t: readonly number[]): number {
  const gaps = t.slice(1).map((atMs, i) => atMs - (t[i] ?? atMs));
  const sorted = gaps.toSorted((a, b) => a - b);
  return Math.max(1000, sorted[Math.floor(sorted.length * 0.95)] ?? 5000);
}

function marksOf({ burst }: BurstDetail): ChartMark[] {
  const { start, loadEnd, drainMs, recoveredAtMs } = burst;
  const mark = (atMs: number | null, kind: string, text: string): ChartMark[] =>
    atMs === null ? [] : [{ atMs, kind, text }];
  const drainedMs = loadEnd === null || drainMs === null ? null : loadEnd.atMs + drainMs;
  return [
    ...mark(start.atMs, 'burst-start', 'burst began'),
    ...mark(loadEnd?.atMs ?? null, 'load-end', 'load ended'),
    ...mark(drainedMs === recoveredAtMs ? null : drainedMs, 'drained', 'queue drained'),
    ...mark(recoveredAtMs, 'recovered', drainedMs === recoveredAtMs ? 'queue drained, recovered' : 'recovered'),
  ];
}

const FLAT = { subject: null, min: [], max: [] } as const;

function chartOf(
  detail: BurstDetail,
  part: Pick<ChartData, 'unit' | 'usual'> & {
    lines: readonly (Pick<ChartSeries, 'id' | 'label'> & { values: readonly (number | null)[] })[];
  },
): ChartData {
  const { points } = detail;
  const stepMs = stepOf(points.t);
  const series = part.lines.map(({ id, label, values }): ChartSeries => {
    const line = lineOf(points, values, stepMs);
    return { id, label, ...FLAT, ...line, min: line.mean, max: line.mean };
  });
  return {
    ...{ unit: part.unit, usual: part.usual, bands: [], series, stepMs, targets: [], gaps: [] },
    ...{ fromMs: points.t[0] ?? 0, toMs: (points.t.at(-1) ?? 0) + stepMs, marks: marksOf(detail) },
  };
}

/** Arrivals and served requests over the band of what is usual. */
export function burstRates(detail: BurstDetail): ChartData {
  const { usualRps, usualSpreadRps } = detail.burst;
  return chartOf(detail, {
    unit: 'requests_per_second',
    usual: { from: Math.max(0, usualRps - usualSpreadRps), to: usualRps + usualSpreadRps, label: 'usual' },
    lines: [
      { id: 'arrivals', label: 'arriving', values: detail.points.arrivalRps },
      { id: 'served', label: 'finished', values: detail.points.servedRps },
    ],
  });
}

/** The queue over the band of quiet polls. */
export function burstQueue(detail: BurstDetail): ChartData {
  const waiting = detail.burst.signals.find(({ signal }) => signal === 'waiting');
  return chartOf(detail, {
    unit: 'requests',
    ...(waiting === undefined ? {} : { usual: { from: 0, to: waiting.limit, label: 'usual' } }),
    lines: [{ id: 'waiting', label: 'waiting', values: detail.points.waiting }],
  });
}
