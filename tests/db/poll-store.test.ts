import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_RETENTION, maintainPartitions } from '#lib/db/partitions.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';
import { storePolls } from '#lib/db/poll-store.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await maintainPartitions(database.pool, { fromMs: START, toMs: START, nowMs: START }, DEFAULT_RETENTION);
  await database.pool.query(
    "INSERT INTO target (id, name, source, interval_ms, origin) VALUES (1, 'a', 'vllm', 5000, 'api')",
  );
});
afterAll(() => database.drop());

const poll = (atMs: number): PollRecord => ({
  targetId: 1,
  scrape: {
    targetId: 1,
    atMs,
    ok: true,
    durationMs: 1,
    bytes: 1,
    samples: 0,
    problems: 0,
    sameBody: 0,
    errorKind: null,
    message: null,
  },
  samples: [],
  cursors: [],
  marks: [],
  recognised: null,
});

describe('polls whose commit went through although its answer was lost', () => {
  it('are not stored twice and do not keep those after them out', async () => {
    await storePolls(database.pool, null, [poll(START), poll(START + 5000)]);
    await storePolls(database.pool, null, [poll(START + 5000), poll(START + 10_000)]);
    const { rows } = await database.pool.query<{ at_ms: number }>('SELECT at_ms FROM scrape ORDER BY at_ms');
    expect(rows.map((row) => row.at_ms - START)).toEqual([0, 5000, 10_000]);
  });

  it('and a batch that is there already is no error', async () => {
    await expect(storePolls(database.pool, null, [poll(START)])).resolves.toMatchObject({ samples: 0 });
  });
});

describe('the message of a failed poll', () => {
  it.each([
    ['longer than is kept, cut within a character', `${'x'.repeat(499)}\u{1f525}`],
    ['with a NUL and half a character', 'a\0b\ud83d'],
  ])('%s is stored', async (_, message) => {
    const atMs = START + 60_000 + message.length;
    const failed = poll(atMs);
    await storePolls(database.pool, null, [{ ...failed, scrape: { ...failed.scrape, ok: false, message } }]);
    const { rows } = await database.pool.query<{ message: string }>('SELECT message FROM scrape WHERE at_ms = $1', [
      atMs,
    ]);
    expect(rows[0]?.message.slice(0, 1)).toBe(message.slice(0, 1));
  });
});
