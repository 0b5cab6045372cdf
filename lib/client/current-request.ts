import { z } from 'zod';
import { CurrentAnswer, CurrentValue } from '#lib/api/series.ts';
import { request } from '#lib/client/http.ts';

// The contract of `lib/api`, its hundreds of items checked by a plain loop: zod would copy each of them at every poll.
const KEYS = Object.keys(CurrentValue.shape) as readonly (keyof CurrentValue)[];
const TEXTS: ReadonlySet<string> = new Set(['signal', 'unit', 'name', 'reason'] satisfies (keyof CurrentValue)[]);
const NUMBERS: ReadonlySet<string> = new Set(['subject', 'windowMs'] satisfies (keyof CurrentValue)[]);

export function isCurrentValue(item: unknown): item is CurrentValue {
  if (typeof item !== 'object' || item === null) return false;
  const fields = item as Readonly<Record<string, unknown>>;
  return KEYS.every((key) => {
    const value = fields[key];
    if (TEXTS.has(key)) return typeof value === 'string';
    if (key === 'coarseBelow') return value === undefined || typeof value === 'number';
    return typeof value === 'number' || (value === null && !NUMBERS.has(key));
  });
}

const FastAnswer: z.ZodType<CurrentAnswer> = CurrentAnswer.extend({
  items: z.custom<CurrentValue[]>((list) => Array.isArray(list) && list.every(isCurrentValue)),
});

export function fetchCurrent(query: URLSearchParams, signal: AbortSignal): Promise<CurrentAnswer> {
  return request(FastAnswer, `/current?${query}`, { signal });
}
