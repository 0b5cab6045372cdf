import type { Buckets } from '#lib/series/quantile.ts';

/**
 * Stored history of one subject, oldest first: one entry per poll, or per step that polls were summed over. `atMs` is
 * when an entry ends. Columns by name: `x_last`, `x_sum`, `x_count`, `x_min`, `x_max` of a gauge; `x` (increase),
 * `x_min`, `x_max` (rates) of a counter; `elapsed_ms`. NaN is unknown.
 */
export type Track = {
  readonly atMs: readonly number[];
  readonly columns: ReadonlyMap<string, readonly number[]>;
  readonly histograms: ReadonlyMap<string, readonly (readonly TrackHistogram[])[]>;
};

/** Increases of one histogram in one entry: one per bucket layout that was in use. */
export type TrackHistogram = Buckets & { readonly layoutId: number; readonly sum: number | null };

/** Entries [first, end) of a window. */
export type Window = { readonly first: number; readonly end: number };

/** The entries that end in (fromMs, toMs]. */
export function windowOf(track: Track, fromMs: number, toMs: number): Window {
  return { first: countUpTo(track.atMs, fromMs), end: countUpTo(track.atMs, toMs) };
}

/** Whether an entry ends at exactly this time. */
export function hasEntryAt(track: Track, atMs: number): boolean {
  return track.atMs[countUpTo(track.atMs, atMs) - 1] === atMs;
}

/** How many of the ascending times are <= `ms`. */
export function countUpTo(times: readonly number[], ms: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sum of the known values; null without any. */
export function sumIn(track: Track, name: string, { first, end }: Window): number | null {
  return fold(track, name, first, end, (total, value) => total + value);
}

export function minIn(track: Track, name: string, { first, end }: Window): number | null {
  return fold(track, name, first, end, Math.min);
}

export function maxIn(track: Track, name: string, { first, end }: Window): number | null {
  return fold(track, name, first, end, Math.max);
}

/** The newest entry's own value; null when that entry lacks it. */
export function newestIn(track: Track, name: string, { first, end }: Window): number | null {
  const value = end > first ? (track.columns.get(name)?.[end - 1] ?? Number.NaN) : Number.NaN;
  return Number.isNaN(value) ? null : value;
}

function fold(
  track: Track,
  name: string,
  first: number,
  end: number,
  join: (total: number, value: number) => number,
): number | null {
  const column = track.columns.get(name) ?? [];
  let total = Number.NaN;
  for (let i = first; i < end; i++) {
    const value = column[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    total = Number.isNaN(total) ? value : join(total, value);
  }
  return Number.isNaN(total) ? null : total;
}
