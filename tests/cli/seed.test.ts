import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedHistory } from '#lib/cli/seed-history.ts';
import { UsageError } from '#lib/cli/usage.ts';
import { createLog } from '#lib/collector/log.ts';
import { DEFAULT_RETENTION } from '#lib/db/partitions.ts';
import { saveSetting } from '#lib/db/settings.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const HOUR_MS = 3_600_000;
const TO_MS = 1_795_312_800_000;
const PLAN = { fromMs: TO_MS - 2 * HOUR_MS, toMs: TO_MS, engines: 1, seed: 1 };
const POLLS = 2 * 720;
const log = createLog('seed', () => {});

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await seedHistory(database.pool, log, PLAN);
});

afterAll(() => database.drop());

async function one(sql: string): Promise<Record<string, unknown>> {
  const { rows } = await database.pool.query<Record<string, unknown>>(sql);
  return rows[0] ?? {};
}

test('seeds every poll of the span, rolled up, with no gap and no restart', async () => {
  const raw = await one(
    'SELECT count(*)::int AS n, sum(missed)::int AS missed, bool_or(restarted) AS restarted FROM engine_sample',
  );
  expect(raw).toEqual({ n: POLLS, missed: 0, restarted: false });
  // The last minute is rolled up once the next one has begun.
  for (const table of ['engine_1m', 'gpu_1m']) {
    const minutes = await one(`SELECT count(DISTINCT at_ms)::int AS n, sum(samples)::int AS samples FROM ${table}`);
    expect(minutes).toEqual({ n: 119, samples: 119 * 12 });
  }
  expect(await one('SELECT count(DISTINCT at_ms)::int AS n FROM engine_1h')).toEqual({ n: 1 });
});

test('goes through the real path: the increments add up to what the exporter counted', async () => {
  const { stored, counted } = await one(
    `SELECT (SELECT sum(generation_tokens) FROM engine_sample) AS stored,
            (SELECT (state::json -> 'counters' ->> 'generation_tokens')::float8 FROM subject_cursor c
             JOIN subject s ON s.id = c.subject_id WHERE s.kind = 'engine') AS counted`,
  );
  // The first poll has nothing to compare with, so what the warm-up counted is not stored.
  expect(Number(stored)).toBeGreaterThan(0.9 * Number(counted));
  expect(Number(stored)).toBeLessThan(Number(counted));
});

test('pauses its targets, so that no collector asks for them', async () => {
  const { rows } = await database.pool.query(
    'SELECT name, paused, origin, origin_key FROM target WHERE removed_at IS NULL ORDER BY name',
  );
  expect(rows).toEqual([
    { name: 'seed-000', paused: true, origin: 'demo', origin_key: 'seed' },
    { name: 'seed-gpu-00', paused: true, origin: 'demo', origin_key: 'seed' },
  ]);
});

test('takes the place of an earlier run', async () => {
  await seedHistory(database.pool, log, { ...PLAN, fromMs: TO_MS, toMs: TO_MS + HOUR_MS });
  expect(await one('SELECT count(*)::int AS n FROM target WHERE removed_at IS NULL')).toEqual({ n: 2 });
  expect(await one(`SELECT count(*)::int AS n FROM engine_sample WHERE at_ms >= ${TO_MS}`)).toEqual({ n: 720 });
});

test('refuses to make roll-ups anew where the raw rows of real targets are gone', async () => {
  await saveSetting(database.pool, 'retention', { ...DEFAULT_RETENTION, rawMs: HOUR_MS });
  await database.pool.query("UPDATE target SET origin = 'api', origin_key = ''");
  const failure = await seedHistory(database.pool, log, PLAN).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UsageError);
  expect(String(failure)).toContain('seed-000');
});
