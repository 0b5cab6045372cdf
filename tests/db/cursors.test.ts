import { afterAll, beforeAll, expect, it } from 'vitest';
import { CursorRows } from '#lib/db/cursors.ts';
import { createPool, type Pool } from '#lib/db/pool.ts';
import { cursorFromText } from '#lib/series/cursor-text.ts';
import type { Cursor } from '#lib/series/increments.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';
import { until } from '#tests/until.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const cursorOf = (bound: number): Cursor => ({
  atMs: 5000,
  processStartS: null,
  counters: {},
  histograms: { ttft_s: { bounds: [bound, Number.POSITIVE_INFINITY], cumulative: [1, 3], sum: 2 } },
  origins: { ttft_s: 'vllm:time_to_first_token_seconds' },
  inFlight: null,
  xidLast: null,
});

const shapes = async (): Promise<number> =>
  (await database.pool.query('SELECT count(*)::int AS n FROM cursor_shape')).rows[0].n;
const rowWithShape = (rows: CursorRows, cursor: Cursor) =>
  until(async () => rows.rowOf(1, cursor).shapeId !== null).then(() => rows.rowOf(1, cursor));

it('a shape that comes again is stored once, for the cursors of all targets', async () => {
  const [one, other] = [new CursorRows(database.pool), new CursorRows(database.pool)];
  const first = one.rowOf(1, cursorOf(1));
  expect(first.shapeId).toBe(null);
  expect(cursorFromText(first.state)).toEqual(cursorOf(1));
  const [later, others] = [await rowWithShape(one, cursorOf(1)), await rowWithShape(other, cursorOf(1))];
  expect(others.shapeId).toBe(later.shapeId);
  expect(later.state).not.toContain('time_to_first_token');
  const { rows } = await database.pool.query('SELECT text FROM cursor_shape WHERE id = $1', [later.shapeId]);
  expect(cursorFromText(later.state, rows[0].text)).toEqual(cursorOf(1));
});

it('an exporter whose shape changes at every poll fills no table', async () => {
  const before = await shapes();
  const rows = new CursorRows(database.pool);
  const made = Array.from({ length: 60 }, (_, i) => rows.rowOf(1, cursorOf(100 + i)));
  expect(made.every((row) => row.shapeId === null)).toBe(true);
  for (let i = 0; i < 60; i++) rows.rowOf(1, cursorOf(100 + i));
  await rowWithShape(rows, cursorOf(100));
  expect((await shapes()) - before).toBeLessThanOrEqual(20);
});

it('while the database is away cursors hold their shape themselves', async () => {
  const away: Pool = createPool(
    { connectionString: 'postgresql://x:x@127.0.0.1:9/x', max: 1, statementTimeoutMs: 1000, name: 'test' },
    () => {},
  );
  const rows = new CursorRows(away);
  for (let i = 0; i < 5; i++) {
    expect(cursorFromText(rows.rowOf(1, cursorOf(7)).state)).toEqual(cursorOf(7));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await away.end();
});
