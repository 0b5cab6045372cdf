import type { HistogramWindow } from '#lib/series/measure.ts';
import type { Buckets } from '#lib/series/quantile.ts';
import type { Track, TrackHistogram, Window } from '#lib/series/track.ts';

/** Summed bucket increases of a window that moves forward: what enters is added, what leaves is taken away; counts are whole. */
export class RunningHistogram {
  readonly #entries: readonly (readonly TrackHistogram[])[];
  readonly #byLayout = new Map<number, { bounds: readonly number[]; counts: Float64Array; entries: number }>();
  #first = 0;
  #end = 0;

  constructor(track: Track, name: string) {
    this.#entries = track.histograms.get(name) ?? [];
  }

  /** The window's histogram; windows must not go back. */
  moveTo({ first, end }: Window): HistogramWindow {
    for (; this.#end < end; this.#end++) this.#add(this.#end, 1);
    for (; this.#first < Math.min(first, this.#end); this.#first++) this.#add(this.#first, -1);
    const parts: Buckets[] = [];
    for (const { bounds, counts, entries } of this.#byLayout.values())
      if (entries > 0) parts.push({ bounds, counts: Array.from(counts) });
    return { parts, sum: this.#sum(first, end) };
  }

  #add(index: number, sign: 1 | -1): void {
    for (const { layoutId, bounds, counts } of this.#entries[index] ?? []) {
      const known = this.#byLayout.get(layoutId) ?? { bounds, counts: new Float64Array(bounds.length), entries: 0 };
      this.#byLayout.set(layoutId, known);
      known.entries += sign;
      for (let i = 0; i < bounds.length; i++) known.counts[i] = (known.counts[i] ?? 0) + sign * (counts[i] ?? 0);
    }
  }

  #sum(first: number, end: number): number | null {
    let total: number | null = null;
    for (let i = first; i < end; i++)
      for (const { sum } of this.#entries[i] ?? []) if (sum !== null) total = (total ?? 0) + sum;
    return total;
  }
}
