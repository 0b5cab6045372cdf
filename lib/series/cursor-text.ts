import { z } from 'zod';
import type { Cursor } from '#lib/series/increments.ts';

/** Infinity and NaN are not JSON: the last bound is always +Inf and is left out. */
const StoredCursor = z.object({
  atMs: z.number(),
  processStartS: z.number().nullable(),
  counters: z.record(z.string(), z.number()),
  histograms: z.record(z.string(), z.tuple([z.array(z.number()), z.array(z.number()), z.number().nullable()])),
  origins: z.record(z.string(), z.string()),
  inFlight: z.number().nullable(),
  /** Absent in cursors of before it was kept. */
  xidLast: z.number().nullable().default(null),
});

/** The cursor as text for its column: finite bounds and per-bucket counts, so that most numbers are short. */
export function cursorToText(cursor: Cursor): string {
  const { histograms, origins, ...rest } = cursor;
  const histogramTexts = Object.entries(histograms).map(
    ([name, { bounds, cumulative, sum }]) =>
      `${JSON.stringify(name)}:[${boundsText(bounds)},[${bucketCounts(cumulative).join(',')}],${sum}]`,
  );
  return `${JSON.stringify(rest).slice(0, -1)},"histograms":{${histogramTexts.join(',')}},"origins":${originsText(origins)}}`;
}

function bucketCounts(cumulative: ArrayLike<number>): number[] {
  const counts: number[] = [];
  let below = 0;
  for (let i = 0; i < cumulative.length; i++) {
    const count = cumulative[i] ?? 0;
    counts.push(count - below);
    below = count;
  }
  return counts;
}

/** Bounds and origins are the same objects from poll to poll, and the longest part of the text. */
const boundsText = onceEach((bounds: readonly number[]) => JSON.stringify(bounds.slice(0, -1)));
const originsText = onceEach((origins: Cursor['origins']) => JSON.stringify(origins));

function onceEach<T extends object>(make: (of: T) => string): (of: T) => string {
  const made = new WeakMap<T, string>();
  return (of) => {
    const known = made.get(of);
    if (known !== undefined) return known;
    const text = make(of);
    made.set(of, text);
    return text;
  };
}

/** The cursor of a stored text. Throws when the text is not one. */
export function cursorFromText(text: string): Cursor {
  const stored = StoredCursor.parse(JSON.parse(text));
  const histograms = Object.fromEntries(
    Object.entries(stored.histograms).map(([name, [finite, counts, sum]]) => {
      let below = 0;
      const cumulative = counts.map((count) => {
        below += count;
        return below;
      });
      return [name, { bounds: [...finite, Number.POSITIVE_INFINITY], cumulative, sum }];
    }),
  );
  return { ...stored, histograms };
}
