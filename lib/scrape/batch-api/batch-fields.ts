import type { BatchProblems } from '#lib/scrape/batch-api/batch-problems.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Unix seconds are below this until the year 5138, milliseconds above it since 1973. */
const FIRST_MS = 1e11;
/** 1973 in seconds: anything before is no time of a batch. */
const FIRST_S = 1e8;
const LAST_MS = 1e14;

/** Reads fields of one JSON object. A field that is absent or null is null; one that is wrong is null and a problem. */
export class BatchFields {
  readonly #object: JsonObject;
  readonly #line: number;
  readonly #problems: BatchProblems;

  constructor(object: JsonObject, line: number, problems: BatchProblems) {
    this.#object = object;
    this.#line = line;
    this.#problems = problems;
  }

  lose(field: string, value: unknown, expected: string): null {
    this.#problems.add(this.#line, value, `${field}: expected ${expected}`);
    return null;
  }

  /** Text of at most `most` characters; a longer one is cut. What no database takes (NUL, half a pair) is replaced, so that ids stay the same. */
  text(field: string, most: number): string | null {
    const value = this.#own(field);
    if (value === null || value === '') return null;
    if (typeof value !== 'string') return this.lose(field, value, 'a text');
    if (value.length > most) this.lose(field, value, `at most ${most} characters: it is cut`);
    return value.slice(0, most).toWellFormed().replaceAll('\0', '\ufffd');
  }

  /** Milliseconds since the epoch. The specification has unix seconds; milliseconds are told by their size, 0 is no time. */
  timeMs(field: string): number | null {
    const value = this.#own(field);
    if (value === null || value === 0) return null;
    if (typeof value !== 'number' || !Number.isFinite(value) || value < FIRST_S || value > LAST_MS)
      return this.lose(field, value, 'unix seconds');
    return Math.floor(value >= FIRST_MS ? value : value * 1000);
  }

  /** A whole number of things, at most what a double counts exactly. */
  count(field: string): number | null {
    const value = this.#own(field);
    if (value === null) return null;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      return this.lose(field, value, 'a whole number from 0');
    return value;
  }

  object(field: string): JsonObject | null {
    const value = this.#own(field);
    if (value === null) return null;
    return isObject(value) ? value : this.lose(field, value, 'an object');
  }

  /** The fields of an object inside; all of them are null where it is missing. */
  inside(field: string): BatchFields {
    return new BatchFields(this.object(field) ?? {}, this.#line, this.#problems);
  }

  list(field: string): readonly unknown[] {
    const value = this.#own(field);
    if (value === null) return [];
    if (Array.isArray(value)) return value;
    this.lose(field, value, 'a list');
    return [];
  }

  #own(field: string): unknown {
    return Object.hasOwn(this.#object, field) ? (this.#object[field] ?? null) : null;
  }
}
