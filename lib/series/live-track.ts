import type { Sample } from '#lib/series/increments.ts';
import type { Track, TrackHistogram } from '#lib/series/track.ts';

/** The fields that a track keeps of its samples. */
export type TrackFields = {
  readonly gauges: readonly string[];
  readonly counters: readonly string[];
  readonly histograms: readonly string[];
};

/** Entries are cut off in steps of this many, so that a full track is not moved at every poll. */
const CUT = 16;

/** A track of polls that grows at its end and is cut at its start. Its numbers are those that are stored. */
export class LiveTrack {
  readonly #fields: TrackFields;
  readonly #atMs: number[] = [];
  readonly #columns = new Map<string, number[]>();
  readonly #histograms = new Map<string, (readonly TrackHistogram[])[]>();

  constructor(fields: TrackFields) {
    this.#fields = fields;
    this.#columns.set('elapsed_ms', []);
    for (const gauge of fields.gauges) {
      // A single poll is its own last, lowest and highest value and its own sum.
      const values: number[] = [];
      for (const form of ['last', 'sum', 'min', 'max']) this.#columns.set(`${gauge}_${form}`, values);
      this.#columns.set(`${gauge}_count`, []);
    }
    for (const counter of fields.counters) {
      const rates: number[] = [];
      this.#columns.set(counter, []);
      for (const form of ['min', 'max']) this.#columns.set(`${counter}_${form}`, rates);
    }
    for (const histogram of fields.histograms) this.#histograms.set(histogram, []);
  }

  get track(): Track {
    return { atMs: this.#atMs, columns: this.#columns, histograms: this.#histograms };
  }

  /** Adds what is newer than the newest entry; what is not is there already. */
  append(sample: Sample, layoutId: number): void {
    if (sample.atMs <= this.newestMs) return;
    this.#atMs.push(sample.atMs);
    this.#push('elapsed_ms', sample.elapsedMs ?? Number.NaN);
    for (const gauge of this.#fields.gauges) {
      const value = sample.gauges[gauge] ?? Number.NaN;
      this.#push(`${gauge}_last`, value);
      this.#push(`${gauge}_count`, Number.isNaN(value) ? 0 : 1);
    }
    for (const counter of this.#fields.counters) {
      const increase = sample.increases[counter] ?? Number.NaN;
      this.#push(counter, increase);
      this.#push(`${counter}_min`, rateOf(increase, sample.elapsedMs));
    }
    for (const [name, entries] of this.#histograms) {
      const increase = sample.histograms[name];
      entries.push(increase === undefined ? [] : [{ layoutId, ...increase }]);
    }
  }

  /** Adds the entries of a track that was read from the store, poll by poll. */
  appendTrack(stored: Track): void {
    stored.atMs.forEach((atMs, i) => {
      if (atMs <= this.newestMs) return;
      this.#atMs.push(atMs);
      for (const [values, name] of this.#distinct()) values.push(stored.columns.get(name)?.[i] ?? Number.NaN);
      for (const [name, entries] of this.#histograms) entries.push(stored.histograms.get(name)?.[i] ?? []);
    });
  }

  /** Infinitely long ago when it is empty. */
  get newestMs(): number {
    return this.#atMs.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  /** Lets go of what ended before `beforeMs`. */
  cut(beforeMs: number): void {
    if (!((this.#atMs[CUT - 1] ?? Number.POSITIVE_INFINITY) < beforeMs)) return;
    const kept = this.#atMs.findIndex((atMs) => atMs >= beforeMs);
    const count = kept === -1 ? this.#atMs.length : kept;
    this.#atMs.splice(0, count);
    for (const [values] of this.#distinct()) values.splice(0, count);
    for (const entries of this.#histograms.values()) entries.splice(0, count);
  }

  #push(name: string, value: number): void {
    this.#columns.get(name)?.push(value);
  }

  /** Each array once, under one of its names. */
  #distinct(): ReadonlyMap<number[], string> {
    return new Map([...this.#columns].map(([name, values]) => [values, name]));
  }
}

function rateOf(increase: number, elapsedMs: number | null): number {
  return elapsedMs === null || elapsedMs === 0 ? Number.NaN : (increase * 1000) / elapsedMs;
}
