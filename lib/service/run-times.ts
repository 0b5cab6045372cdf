import { AppError } from '#lib/service/errors.ts';

/** Clocks of clients may be ahead by this much; their times are taken as now. */
const AHEAD_MS = 60_000;

/** A time that a client gave, or now; never later than now. Throws AppError `invalid` with the key. */
export function pastTime(path: string, ms: number | undefined, nowMs: number): number {
  if (ms === undefined) return Math.floor(nowMs);
  if (ms > nowMs + AHEAD_MS) refuseTime(path, 'is in the future');
  return Math.min(Math.floor(ms), Math.floor(nowMs));
}

export function refuseTime(path: string, message: string): never {
  throw new AppError('invalid', `${path}: ${message}`, [{ path, message }]);
}

export const isoOf = (ms: number): string => new Date(ms).toISOString();
