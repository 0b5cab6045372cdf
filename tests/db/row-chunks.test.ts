import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { rememberChunks } from '#lib/db/row-chunks.ts';

const STEP = 10;
const CHUNK = 12 * STEP;

/** A table with a row a bucket that notes which spans are read of it. */
function table() {
  const reads: [number, number][] = [];
  const load = async (fromMs: number, toMs: number) => {
    reads.push([fromMs, toMs]);
    const first = Math.floor(fromMs / STEP);
    return Array.from({ length: Math.ceil(toMs / STEP) - first }, (_, i) => ({ bucketMs: (first + i) * STEP }));
  };
  const pool = {} as pg.Pool;
  const ask = async (fromMs: number, toMs: number, key = 'a'): Promise<readonly number[]> => {
    const rows = await rememberChunks(pool, key, { fromMs, toMs, stepMs: STEP }, load);
    return rows.map(({ bucketMs }) => bucketMs);
  };
  return { reads, ask };
}
const buckets = (fromMs: number, toMs: number): readonly number[] =>
  Array.from({ length: (toMs - fromMs) / STEP }, (_, i) => fromMs + i * STEP);

describe('final rows in chunks', () => {
  it('are exactly those of the span, whatever was remembered before', async () => {
    const { ask } = table();
    for (const [from, to] of [
      [50, 1000],
      [60, 1010],
      [0, 40],
      [CHUNK, 2 * CHUNK],
      [CHUNK - STEP, CHUNK + STEP],
    ] as const) {
      expect(await ask(from, to)).toEqual(buckets(from, to));
    }
  });

  it('are read in one go at first, and later only at the end that is new', async () => {
    const { ask, reads } = table();
    await ask(50, 1000);
    await ask(60, 1010);
    expect(reads).toEqual([
      [0, 1000],
      [8 * CHUNK, 1010],
    ]);
  });

  it('are read once by those who ask at the same time', async () => {
    const { ask, reads } = table();
    await Promise.all([ask(0, 1000), ask(0, 1000)]);
    expect(reads).toHaveLength(1);
  });

  it('of another question are read by themselves', async () => {
    const { ask, reads } = table();
    await ask(0, 1000);
    await ask(0, 1000, 'b');
    expect(reads).toHaveLength(2);
  });

  it('of a span that begins inside a bucket are kept as a whole, since a part of a bucket is another number', async () => {
    const { ask, reads } = table();
    expect(await ask(55, 100)).toEqual([50, 60, 70, 80, 90]);
    expect(reads).toEqual([[55, 100]]);
  });
});
