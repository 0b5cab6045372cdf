import type { ResultTimes } from '#lib/runs/results/result-cell.ts';

export type PlacedResult =
  | { readonly placed: true; readonly startMs: number; readonly endMs: number }
  | { readonly placed: false; readonly reason: string };

/** Clocks may be ahead by this much. */
const AHEAD_MS = 60_000;

/**
 * Where a result lies in time. A clock without a zone needs its offset (minutes east of UTC); a time that is still to come
 * is not believed. Whole milliseconds.
 */
export function placeResult(times: ResultTimes, utcOffsetMinutes: number | null, nowMs: number): PlacedResult {
  if (times.kind === 'unknown') return { placed: false, reason: 'the file does not say when it ran' };
  if (times.kind === 'local' && utcOffsetMinutes === null)
    return {
      placed: false,
      reason: `the file has the time of a clock without a zone (until ${isoText(times.endMs)}): with that clock's offset from UTC it can be placed`,
    };
  const shiftMs = times.kind === 'local' ? (utcOffsetMinutes ?? 0) * 60_000 : 0;
  const [startMs, endMs] = [Math.floor(times.startMs - shiftMs), Math.floor(times.endMs - shiftMs)];
  if (endMs > nowMs + AHEAD_MS)
    return { placed: false, reason: `by the file it ended in the future, at ${isoText(endMs)} UTC` };
  return { placed: true, startMs, endMs: Math.max(startMs + 1, Math.min(endMs, Math.floor(nowMs))) };
}

const isoText = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
