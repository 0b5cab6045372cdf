import type pg from 'pg';
import { expect, it } from 'vitest';
import { rememberRows } from '#lib/db/row-memory.ts';

/** Only its identity matters: memory is kept by pool. */
const newPool = (): pg.Pool => ({}) as pg.Pool;

it('reads once what is asked for again, also while it is being read', async () => {
  const pool = newPool();
  let reads = 0;
  const load = async () => [++reads];
  const both = await Promise.all([rememberRows(pool, 'a', load), rememberRows(pool, 'a', load)]);
  expect([...both, await rememberRows(pool, 'a', load)]).toEqual([[1], [1], [1]]);
});

it('keeps another key and another pool apart', async () => {
  const pool = newPool();
  await rememberRows(pool, 'a', async () => [1]);
  expect(await rememberRows(pool, 'b', async () => [2])).toEqual([2]);
  expect(await rememberRows(newPool(), 'a', async () => [3])).toEqual([3]);
});

it('does not remember a failure', async () => {
  const pool = newPool();
  await expect(rememberRows(pool, 'a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await rememberRows(pool, 'a', async () => [1])).toEqual([1]);
});

it('forgets what was asked for longest ago when there is too much', async () => {
  const pool = newPool();
  const many = (first: number) => async () => Array.from({ length: 40_000 }, () => first);
  await rememberRows(pool, 'a', many(1));
  await rememberRows(pool, 'b', many(1));
  await rememberRows(pool, 'a', many(2));
  await rememberRows(pool, 'c', many(1));
  expect((await rememberRows(pool, 'a', many(3)))[0]).toBe(1);
  expect((await rememberRows(pool, 'b', many(3)))[0]).toBe(3);
});
