import { createHash } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import type { HistogramIncrease } from '#lib/series/increments.ts';

/** Bounds of every histogram of a row; +Inf is null in JSON. */
export type Layout = Readonly<Record<string, readonly number[]>>;

const StoredBounds = z.record(z.string(), z.array(z.number().nullable()));

/** Bucket layouts: each distinct one is stored once and rows point to it. Remembers what it has seen. */
export class LayoutStore {
  readonly #pool: pg.Pool;
  readonly #idByDigest = new Map<string, number>();
  readonly #layouts = new Map<number, Layout>();
  #most = { layoutId: 0, buckets: 1 };
  readonly #idByBounds = new WeakMap<readonly number[], Map<string, string>>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** The id of the layout of these increases; 0 for a row without histograms. */
  async idFor(histograms: Readonly<Record<string, HistogramIncrease>>): Promise<number> {
    const names = Object.keys(histograms).sort();
    if (names.length === 0) return 0;
    const digest = createHash('sha1')
      .update(names.map((name) => this.#text(name, histograms[name])).join(';'))
      .digest('hex');
    const known = this.#idByDigest.get(digest);
    if (known !== undefined) return known;
    const layout = Object.fromEntries(names.map((name) => [name, histograms[name]?.bounds ?? []]));
    const id = await this.#save(digest, layout);
    this.#idByDigest.set(digest, id);
    this.#layouts.set(id, layout);
    return id;
  }

  /** Bounds arrays are shared between polls, so their text is made once. */
  #text(name: string, histogram: HistogramIncrease | undefined): string {
    if (histogram === undefined) return name;
    let texts = this.#idByBounds.get(histogram.bounds);
    if (texts === undefined) {
      texts = new Map();
      this.#idByBounds.set(histogram.bounds, texts);
    }
    const known = texts.get(name) ?? `${name}:${histogram.bounds.join(',')}`;
    texts.set(name, known);
    return known;
  }

  async #save(digest: string, layout: Layout): Promise<number> {
    const json = JSON.stringify(layout);
    await this.#pool.query(
      'INSERT INTO bucket_layout (digest, bounds) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING',
      [digest, json],
    );
    const { rows } = await this.#pool.query<{ id: number }>('SELECT id FROM bucket_layout WHERE digest = $1', [digest]);
    const id = rows[0]?.id;
    if (id === undefined) throw new Error('a bucket layout that was just stored is gone');
    return id;
  }

  /** Layouts by id; reads those it has not seen. */
  async load(ids: Iterable<number>): Promise<ReadonlyMap<number, Layout>> {
    const missing = [...new Set(ids)].filter((id) => id !== 0 && !this.#layouts.has(id));
    if (missing.length > 0) {
      const { rows } = await this.#pool.query<{ id: number; bounds: unknown }>(
        'SELECT id, bounds FROM bucket_layout WHERE id = ANY($1::int[])',
        [missing],
      );
      for (const row of rows) this.#layouts.set(row.id, parseBounds(row.bounds));
    }
    return this.#layouts;
  }

  /**
   * The most buckets that any layout has, at least 1: how many array positions a sum must cover.
   * Asked for again only when there is a new layout.
   */
  async mostBuckets(): Promise<number> {
    const newest = await this.#pool.query<{ id: number | null }>('SELECT max(id) AS id FROM bucket_layout');
    const id = newest.rows[0]?.id ?? 0;
    if (this.#most.layoutId !== id) this.#most = { layoutId: id, buckets: await this.#countMost() };
    return this.#most.buckets;
  }

  async #countMost(): Promise<number> {
    const { rows } = await this.#pool.query<{ most: number | null }>(
      'SELECT max(jsonb_array_length(value))::int AS most FROM bucket_layout, jsonb_each(bounds)',
    );
    return Math.max(1, rows[0]?.most ?? 1);
  }
}

function parseBounds(json: unknown): Layout {
  const stored = StoredBounds.parse(json);
  return Object.fromEntries(
    Object.entries(stored).map(([name, bounds]) => [name, bounds.map((bound) => bound ?? Number.POSITIVE_INFINITY)]),
  );
}
