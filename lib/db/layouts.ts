import { createHash } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import type { HistogramIncrease } from '#lib/series/increments.ts';

/** Bounds of every histogram of a row; +Inf is null in JSON. */
export type Layout = Readonly<Record<string, readonly number[]>>;

const StoredBounds = z.record(z.string(), z.array(z.number().nullable()));

type KnownLayout = {
  readonly names: readonly string[];
  readonly bounds: readonly (readonly number[])[];
  readonly id: number;
};

/** Bucket layouts: each distinct one is stored once and rows point to it. Remembers what it has seen. */
export class LayoutStore {
  readonly #pool: pg.Pool;
  readonly #idByDigest = new Map<string, number>();
  readonly #layouts = new Map<number, Layout>();
  #most = { layoutId: 0, buckets: 1 };
  /** Bounds arrays are the same objects from poll to poll: the last answer for the one of the first histogram. */
  readonly #lastByBounds = new WeakMap<readonly number[], KnownLayout>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** The id of the layout of these increases; 0 for a row without histograms. */
  async idFor(histograms: Readonly<Record<string, HistogramIncrease>>): Promise<number> {
    const names = Object.keys(histograms).sort();
    const first = histograms[names[0] ?? ''];
    if (first === undefined) return 0;
    const bounds = names.map((name) => histograms[name]?.bounds ?? []);
    const last = this.#lastByBounds.get(first.bounds);
    if (last !== undefined && isSameList(last.names, names) && isSameList(last.bounds, bounds)) return last.id;
    const id = await this.#idOf(names, bounds);
    this.#lastByBounds.set(first.bounds, { names, bounds, id });
    return id;
  }

  async #idOf(names: readonly string[], bounds: readonly (readonly number[])[]): Promise<number> {
    const digest = createHash('sha1')
      .update(names.map((name, i) => `${name}:${bounds[i]?.join(',')}`).join(';'))
      .digest('hex');
    const known = this.#idByDigest.get(digest);
    if (known !== undefined) return known;
    const layout = Object.fromEntries(names.map((name, i) => [name, bounds[i] ?? []]));
    const id = await this.#save(digest, layout);
    this.#idByDigest.set(digest, id);
    this.#layouts.set(id, layout);
    return id;
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

function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

function parseBounds(json: unknown): Layout {
  const stored = StoredBounds.parse(json);
  return Object.fromEntries(
    Object.entries(stored).map(([name, bounds]) => [name, bounds.map((bound) => bound ?? Number.POSITIVE_INFINITY)]),
  );
}
