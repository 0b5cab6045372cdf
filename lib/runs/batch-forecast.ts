import { describeDurationMs } from '#lib/metrics/duration.ts';

/** How many requests of a batch were done, well or badly, at one poll. */
export type ProgressPoint = { readonly atMs: number; readonly done: number };

export const DEADLINE_RISKS = ['on time', 'at risk', 'late', 'unknown'] as const;
export type DeadlineRisk = (typeof DEADLINE_RISKS)[number];

export type BatchForecast = {
  /** Share of its requests that is done; null without a total. */
  readonly progressRatio: number | null;
  readonly ratePerS: number | null;
  readonly etaMs: number | null;
  /** With the fastest and the slowest rate seen; null where it may never end at the slowest. */
  readonly etaFromMs: number | null;
  readonly etaToMs: number | null;
  /** Whether the end is after the deadline: `late` at the rate of now, `at risk` at the slowest. */
  readonly risk: DeadlineRisk;
  readonly reason: string;
};

/** The rate of now is taken over this long, which evens out servers that count in steps. */
const RECENT_MS = 30 * 60_000;
/** Less than this says nothing of a rate. */
const SHORTEST_MS = 60_000;
const MAX_POINTS = 120;

/** Adds a poll's count. Equal counts keep their first and last time; fewer than before is another count that begins anew. */
export function addProgress(points: readonly ProgressPoint[], point: ProgressPoint): readonly ProgressPoint[] {
  const last = points.at(-1);
  if (last === undefined) return [point];
  if (point.atMs <= last.atMs) return points;
  if (point.done < last.done) return [point];
  const standsStill = last.done === point.done && points.at(-2)?.done === point.done;
  return thinned([...(standsStill ? points.slice(0, -1) : points), point]);
}

/** Every second point of the older half goes, so that a day of polls stays small. */
function thinned(points: readonly ProgressPoint[]): readonly ProgressPoint[] {
  if (points.length <= MAX_POINTS) return points;
  const half = points.length / 2;
  return points.filter((_, i) => i === 0 || i >= half || i % 2 === 0);
}

export type ForecastInput = {
  /** Oldest first. */
  readonly points: readonly ProgressPoint[];
  /** When it began, where the server says so: nothing was done then. */
  readonly startedMs: number | null;
  readonly total: number | null;
  readonly expiresMs: number | null;
  readonly nowMs: number;
};

/**
 * When a running batch will be done, and whether before its deadline: what is left / rate, the rate being the slope of its
 * counts over the last half hour. The range comes from the slopes of all of it, of the last half hour and of its halves.
 */
export function forecastBatch({ points, startedMs, total, expiresMs, nowMs }: ForecastInput): BatchForecast {
  const last = points.at(-1);
  const progressRatio = last === undefined || total === null || total <= 0 ? null : last.done / total;
  const unknown = (reason: string): BatchForecast => {
    const nothing = { ratePerS: null, etaMs: null, etaFromMs: null, etaToMs: null };
    return { progressRatio, ...nothing, risk: isOver(expiresMs, nowMs) ? 'late' : 'unknown', reason };
  };
  if (last === undefined || total === null) return unknown('the server does not count its requests');
  const known = withStart(points, startedMs);
  const rates = ratesOf(known, last);
  if (rates === null) return unknown('too few polls yet to know how fast it goes');
  const left = Math.max(0, total - last.done);
  const eta = (rate: number): number | null =>
    left === 0 ? last.atMs : rate <= 0 ? null : last.atMs + (left / rate) * 1000;
  const times = {
    ratePerS: rates.now,
    etaMs: eta(rates.now),
    etaFromMs: eta(rates.most),
    etaToMs: eta(rates.least),
  };
  return { progressRatio, ...times, ...riskOf({ ...times, expiresMs, nowMs, since: stoodSince(known, last) }) };
}

function withStart(points: readonly ProgressPoint[], startedMs: number | null): readonly ProgressPoint[] {
  const first = points[0];
  if (first === undefined || startedMs === null || startedMs >= first.atMs) return points;
  return [{ atMs: startedMs, done: 0 }, ...points];
}

type Rates = { readonly now: number; readonly least: number; readonly most: number };

function ratesOf(points: readonly ProgressPoint[], last: ProgressPoint): Rates | null {
  const recent = pointsSince(points, last.atMs - RECENT_MS);
  const spans = [
    points,
    recent,
    recent.slice(0, Math.ceil(recent.length / 2)),
    recent.slice(Math.floor(recent.length / 2)),
  ];
  const slopes = spans.map(slopeOf);
  const now = slopes[1] ?? slopes[0] ?? null;
  if (now === null) return null;
  const known = slopes.filter((slope) => slope !== null);
  return { now, least: Math.min(...known), most: Math.max(...known) };
}

/** The points since `fromMs`, with what lay between two of them at that time: a count that stands still has no points inside. */
function pointsSince(points: readonly ProgressPoint[], fromMs: number): readonly ProgressPoint[] {
  const i = points.findIndex((point) => point.atMs >= fromMs);
  const [before, after] = [points[i - 1], points[i]];
  if (before === undefined || after === undefined) return points;
  const share = (fromMs - before.atMs) / (after.atMs - before.atMs);
  return [{ atMs: fromMs, done: before.done + share * (after.done - before.done) }, ...points.slice(i)];
}

/** Requests per second from the first to the last point; null where they are too close. */
function slopeOf(points: readonly ProgressPoint[]): number | null {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || last.atMs - first.atMs < SHORTEST_MS) return null;
  return ((last.done - first.done) * 1000) / (last.atMs - first.atMs);
}

function stoodSince(points: readonly ProgressPoint[], last: ProgressPoint): number {
  return points.find((point) => point.done === last.done)?.atMs ?? last.atMs;
}

type Risked = Pick<BatchForecast, 'etaMs' | 'etaToMs'> & {
  readonly expiresMs: number | null;
  readonly nowMs: number;
  readonly since: number;
};

function riskOf({ etaMs, etaToMs, expiresMs, nowMs, since }: Risked): Pick<BatchForecast, 'risk' | 'reason'> {
  if (isOver(expiresMs, nowMs)) return { risk: 'late', reason: 'its deadline is over' };
  if (etaMs === null) {
    const stands = `nothing was done for ${describeDurationMs(nowMs - since)}`;
    return { risk: expiresMs === null ? 'unknown' : 'at risk', reason: stands };
  }
  if (expiresMs === null) return { risk: 'unknown', reason: 'the server gives no deadline' };
  if (etaMs > expiresMs)
    return { risk: 'late', reason: `at this rate it ends ${describeDurationMs(etaMs - expiresMs)} after its deadline` };
  if (etaToMs === null || etaToMs > expiresMs)
    return { risk: 'at risk', reason: 'at the slowest rate that was seen it ends after its deadline' };
  return {
    risk: 'on time',
    reason: `at this rate it ends ${describeDurationMs(expiresMs - etaMs)} before its deadline`,
  };
}

const isOver = (expiresMs: number | null, nowMs: number): boolean => expiresMs !== null && nowMs > expiresMs;
