import { z } from 'zod';
import type { Cursor } from '#lib/series/increments.ts';

const Numbers = z.array(z.number());
/** Finite bounds, counts and sum; without the bounds where a shape holds them. */
const StoredHistogram = z.union([
  z.tuple([Numbers, Numbers, z.number().nullable()]),
  z.tuple([Numbers, z.number().nullable()]),
]);
const Origins = z.record(z.string(), z.string());

/** Infinity and NaN are not JSON: the last bound is always +Inf and is left out. */
const StoredCursor = z.object({
  atMs: z.number(),
  processStartS: z.number().nullable(),
  counters: z.record(z.string(), z.number()),
  histograms: z.record(z.string(), StoredHistogram),
  origins: Origins.default({}),
  inFlight: z.number().nullable(),
  /** Absent in cursors of before it was kept. */
  xidLast: z.number().nullable().default(null),
});

const StoredShape = z.object({ bounds: z.record(z.string(), Numbers), origins: Origins });

/** The whole cursor as text: finite bounds and per-bucket counts, so that most numbers are short. */
export function cursorToText(cursor: Cursor): string {
  return textOf(cursor, (bounds, counts, sum) => `[${boundsText(bounds)},[${counts}],${sum}]`, cursor.origins);
}

/** A cursor without what its shape holds. */
export function cursorValuesToText(cursor: Cursor): string {
  return textOf(cursor, (_bounds, counts, sum) => `[[${counts}],${sum}]`, null);
}

function textOf(
  { histograms, origins: _, ...rest }: Cursor,
  histogramText: (bounds: readonly number[], counts: string, sum: number | null) => string,
  origins: Cursor['origins'] | null,
): string {
  const texts = Object.entries(histograms).map(
    ([name, { bounds, cumulative, sum }]) =>
      `${JSON.stringify(name)}:${histogramText(bounds, bucketCounts(cumulative).join(','), sum)}`,
  );
  const originsPart = origins === null ? '' : `,"origins":${originsText(origins)}`;
  return `${JSON.stringify(rest).slice(0, -1)},"histograms":{${texts.join(',')}}${originsPart}}`;
}

/** Trailing zeros are left out: the bounds tell how many there are. */
function bucketCounts(cumulative: ArrayLike<number>): number[] {
  const counts: number[] = [];
  let [below, filled] = [0, 0];
  for (let i = 0; i < cumulative.length; i++) {
    const count = cumulative[i] ?? 0;
    counts.push(count - below);
    if (count !== below) filled = i + 1;
    below = count;
  }
  return counts.slice(0, filled);
}

/** Bounds and origins are the same objects from poll to poll, and the longest part of the text. */
const boundsText = onceEach((bounds: readonly number[]) => JSON.stringify(bounds.slice(0, -1)));
const originsText = onceEach((origins: Cursor['origins']) => JSON.stringify(origins));

function onceEach<T extends object, R>(make: (of: T) => R): (of: T) => R {
  const made = new WeakMap<T, R>();
  return (of) => {
    const known = made.get(of);
    if (known !== undefined) return known;
    const result = make(of);
    made.set(of, result);
    return result;
  };
}

/** The bounds of a cursor's histograms and the origins of its fields, as text: the same string from poll to poll. */
export function cursorShapeText({ histograms, origins }: Cursor): string {
  const last = lastShape(origins);
  const entries = Object.entries(histograms);
  const isSame =
    entries.length === last.bounds.size && entries.every(([name, h]) => last.bounds.get(name) === h.bounds);
  if (last.text !== null && isSame) return last.text;
  last.bounds = new Map(entries.map(([name, { bounds }]) => [name, bounds]));
  const texts = entries.map(([name, { bounds }]) => `${JSON.stringify(name)}:${boundsText(bounds)}`);
  last.text = `{"bounds":{${texts.join(',')}},"origins":${originsText(origins)}}`;
  return last.text;
}

type LastShape = { bounds: ReadonlyMap<string, readonly number[]>; text: string | null };
const lastShape = onceEach((_origins: Cursor['origins']): LastShape => ({ bounds: new Map(), text: null }));

/** The cursor of a stored text, and of its shape's where that is stored apart. Throws when they are none. */
export function cursorFromText(text: string, shapeText: string | null = null): Cursor {
  const stored = StoredCursor.parse(JSON.parse(text));
  const shape = shapeText === null ? null : StoredShape.parse(JSON.parse(shapeText));
  const histograms = Object.fromEntries(
    Object.entries(stored.histograms).map(([name, parts]) => {
      const [finite, counts, sum] = parts.length === 3 ? parts : [shape?.bounds[name], ...parts];
      if (finite === undefined) throw new Error(`a cursor without the bounds of ${name}`);
      let below = 0;
      const cumulative = Array.from({ length: finite.length + 1 }, (_, i) => {
        below += counts[i] ?? 0;
        return below;
      });
      return [name, { bounds: [...finite, Number.POSITIVE_INFINITY], cumulative, sum }];
    }),
  );
  return { ...stored, origins: shape?.origins ?? stored.origins, histograms };
}
