import { parseInstantMs, type TimeRange } from '#lib/metrics/time-range.ts';
import { AppError } from '#lib/service/errors.ts';

/** A point in time of a request: epoch milliseconds, ISO 8601 or `now-6h`. Throws AppError `invalid` with the key. */
export function timePoint(path: string, text: string, nowMs: number): number {
  const ms = parseInstantMs(text, nowMs);
  if (ms !== null) return ms;
  const hint = /^\d{9,11}$/.test(text.trim()) ? ' (these look like seconds)' : '';
  const message = `"${text}" is not a time: expected epoch milliseconds${hint}, ISO 8601 or now-6h`;
  throw new AppError('invalid', message, [{ path, message }]);
}

/** `from` and `to` of a request. Throws AppError `invalid` also when they are the wrong way round. */
export function timeRange(input: { readonly from: string; readonly to: string }, nowMs: number): TimeRange {
  const [fromMs, toMs] = [timePoint('from', input.from, nowMs), timePoint('to', input.to, nowMs)];
  if (fromMs < toMs) return { fromMs, toMs };
  throw new AppError('invalid', 'from is not before to', [{ path: 'from', message: 'must be before to' }]);
}
