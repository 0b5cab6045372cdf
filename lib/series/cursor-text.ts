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
  const histograms: Record<string, unknown> = {};
  for (const [name, { bounds, cumulative, sum }] of Object.entries(cursor.histograms)) {
    let below = 0;
    const counts = cumulative.map((count) => {
      const inBucket = count - below;
      below = count;
      return inBucket;
    });
    histograms[name] = [bounds.slice(0, -1), counts, sum];
  }
  return JSON.stringify({ ...cursor, histograms });
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
