import type { Interval } from '#lib/detect/theil-sen.ts';

/** How long until growing memory meets its limit. `latestMs` null: perhaps never, the slope's interval reaches 0. */
export type TimeToLimit =
  | { readonly known: true; readonly expectedMs: number; readonly earliestMs: number; readonly latestMs: number | null }
  | { readonly known: false; readonly reason: string };

const HOUR_MS = 3_600_000;

/**
 * (limit − floor) / slope as an interval, counted from now (algorithms §6): the slope's upper bound gives the earliest
 * time, its lower bound the latest; never below 0. Bytes, bytes per hour; `sinceMs` is how long ago the floor was.
 * It is the floor that meets the limit then; peaks meet it before.
 */
export function timeToLimit(
  limitBytes: number | null,
  floorBytes: number,
  slopeBytesPerHour: Interval | null,
  sinceMs: number,
): TimeToLimit {
  if (limitBytes === null) return { known: false, reason: 'the limit is not known' };
  if (slopeBytesPerHour === null || slopeBytesPerHour.estimate <= 0) {
    return { known: false, reason: 'it does not grow' };
  }
  const { estimate, low, high } = slopeBytesPerHour;
  const left = limitBytes - floorBytes;
  const after = (bytesPerHour: number): number => Math.max(0, (left / bytesPerHour) * HOUR_MS - sinceMs);
  return { known: true, expectedMs: after(estimate), earliestMs: after(high), latestMs: low > 0 ? after(low) : null };
}
