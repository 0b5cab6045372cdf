import { ResultError } from '#lib/runs/results/result-error.ts';

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object, or ResultError with where it was expected. */
export function needFields(value: unknown, where: string): Fields {
  if (isFields(value)) return value;
  throw new ResultError(where, `expected an object, found ${found(value)}`);
}

/** The object at a path of keys; null where any part of it is missing or something else. */
export function fieldsAt(value: unknown, ...path: readonly string[]): Fields | null {
  let at: unknown = value;
  for (const key of path) at = isFields(at) ? at[key] : undefined;
  return isFields(at) ? at : null;
}

/** A finite number; null for everything else, Infinity and texts included. */
export function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** As `finite`, and not below 0: a rate, a time, an amount. */
export function amount(value: unknown): number | null {
  const number = finite(value);
  return number === null || number < 0 ? null : number;
}

/** A count; null for what is none. A count that became a float (97.0) is one. */
export function countIn(value: unknown): number | null {
  const number = amount(value);
  return number === null || number > Number.MAX_SAFE_INTEGER ? null : Math.round(number);
}

const MOST_TEXT = 200;

export function textIn(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, MOST_TEXT) : null;
}

/** The list at a key; null where it is none. */
export function listIn(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

/** What was found instead, for people. */
export function found(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `${typeof value} ${JSON.stringify(value)?.slice(0, 40)}`;
}

const MOST_KINDS = 50;
const OTHERS = 'other errors';

/** Messages by how often they came; the ones beyond fifty kinds are counted together. */
export function countErrors(messages: readonly string[]): Record<string, number> {
  const kinds = new Map<string, number>();
  for (const message of messages) {
    const kind = message.replaceAll(/\s+/g, ' ').trim().slice(0, MOST_TEXT) || 'without a message';
    const key = kinds.has(kind) || kinds.size < MOST_KINDS ? kind : OTHERS;
    kinds.set(key, (kinds.get(key) ?? 0) + 1);
  }
  return Object.fromEntries(kinds);
}

/** How many of the errors speak of memory. null where errors are not known and something failed, or nobody knows. */
export function oomIn(errors: Readonly<Record<string, number>> | null, failed: number | null): number | null {
  if (failed === 0) return 0;
  if (errors === null) return null;
  const known = Object.values(errors).reduce((sum, count) => sum + count, 0);
  const memory = Object.entries(errors)
    .filter(([kind]) => /out of memory|outofmemory|\boom\b/i.test(kind))
    .reduce((sum, [, count]) => sum + count, 0);
  return memory === 0 && failed !== null && known < failed ? null : memory;
}
