import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rebuildRollups, rollUp } from '#lib/db/rollup.ts';
import { seriesOf } from '#lib/service/series.ts';
import { engineReading, pushPolls, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const HOUR = 3_600_000;
const START = 1_795_348_800_000 - (1_795_348_800_000 % HOUR);
const BOUNDS = [0.1, 1, Number.POSITIVE_INFINITY];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const steps = Array.from({ length: 1440 }, (_, i) => {
    const spike = i === 700 ? 0.99 : 0.3;
    return {
      atMs: START + i * 5000,
      readings: [
        engineReading({
          gauges: { kv_usage_ratio: spike, running_requests: 4, waiting_requests: i % 3 },
          counters: { generation_tokens: i * 100 + (i > 700 ? 50_000 : 0), finished_stop: i },
          histograms: { ttft_s: { bounds: BOUNDS, cumulative: Float64Array.of(i, i * 2, i * 3), sum: i } },
        }),
      ],
    };
  });
  await pushPolls(database.pool, SETTINGS, steps);
  await rollUp(database.pool, START + 2 * HOUR + 10_000, 3);
  await rollUp(database.pool, START + 2 * HOUR + 10_000, 3);
});
afterAll(() => database.drop());

const sum = async (sql: string): Promise<number> => Number((await database.pool.query(sql)).rows[0].v);

describe('roll-ups', () => {
  it.each(['engine_1m', 'engine_10m', 'engine_1h'])('%s holds every increase of the raw rows', async (table) => {
    expect(await sum(`SELECT sum(generation_tokens) AS v FROM ${table}`)).toBe(
      await sum('SELECT sum(generation_tokens) AS v FROM engine_sample'),
    );
    expect(await sum(`SELECT sum(h_ttft_s[3]) AS v FROM ${table}`)).toBe(
      await sum('SELECT sum(h_ttft_s[3]) AS v FROM engine_sample'),
    );
    expect(await sum(`SELECT sum(samples) AS v FROM ${table}`)).toBe(1440);
  });

  it.each(['engine_1m', 'engine_10m', 'engine_1h'])(
    '%s keeps a one-sample spike, of a gauge and of a rate',
    async (table) => {
      expect(await sum(`SELECT max(kv_usage_ratio_max) AS v FROM ${table}`)).toBe(0.99);
      expect(await sum(`SELECT max(generation_tokens_max) AS v FROM ${table}`)).toBe(50_100 / 5);
    },
  );

  it('keep the newest value', async () => {
    expect(await sum('SELECT waiting_requests_last AS v FROM engine_1m ORDER BY at_ms DESC LIMIT 1')).toBe(1439 % 3);
  });

  it('give the same series as the raw rows at the same step', async () => {
    const context = serviceContext(database.pool, START + 2 * HOUR + 20_000);
    const ask = {
      subject: [],
      from: String(START),
      to: String(START + 2 * HOUR),
      points: 120,
      group: 'subject' as const,
    };
    const signals = 'kv_cache_utilization,tokens_per_second,requests_per_second,ttft_p95,queue_depth';
    const rolled = await seriesOf(context, { ...ask, signals });
    expect(rolled.tier).toBe('1m');
    await database.pool.query('UPDATE rollup_state SET done_until_ms = 0');
    const raw = await seriesOf(context, { ...ask, signals });
    expect(raw.series.map((s) => s.mean)).toEqual(rolled.series.map((s) => s.mean));
    expect(raw.series.map((s) => s.max)).toEqual(rolled.series.map((s) => s.max));
    await database.pool.query('UPDATE rollup_state SET done_until_ms = $1', [START + 2 * HOUR]);
  });

  it.each(['1m', '10m', '1h'])('hold the histograms of the fleet by %s', async (tier) => {
    expect(await sum(`SELECT sum(h_ttft_s[2]) AS v FROM engine_fleet_${tier}`)).toBe(
      await sum('SELECT sum(h_ttft_s[2]) AS v FROM engine_sample'),
    );
  });

  it('give the same series of the fleet as the raw rows', async () => {
    const context = serviceContext(database.pool, START + 2 * HOUR + 20_000);
    const ask = { subject: [], from: String(START), to: String(START + 2 * HOUR), points: 12, group: 'fleet' as const };
    const signals = 'kv_cache_utilization,tokens_per_second,requests_per_second,ttft_p95,ttft_p50';
    const rolled = await seriesOf(context, { ...ask, signals });
    expect([rolled.tier, rolled.stepMs]).toEqual(['10m', 600_000]);
    await database.pool.query('UPDATE rollup_state SET done_until_ms = 0');
    const raw = await seriesOf(context, { ...ask, signals });
    const rounded = (list: (number | null)[]) => list.map((value) => value?.toPrecision(9));
    expect(raw.series.map((s) => rounded(s.mean))).toEqual(rolled.series.map((s) => rounded(s.mean)));
    expect(raw.series.map((s) => rounded(s.max))).toEqual(rolled.series.map((s) => rounded(s.max)));
    await database.pool.query('UPDATE rollup_state SET done_until_ms = $1', [START + 2 * HOUR]);
  });

  it('can be rebuilt: the same rows come out', async () => {
    const before = (await database.pool.query('SELECT * FROM engine_1h ORDER BY at_ms')).rows;
    await database.pool.query('UPDATE engine_1m SET generation_tokens = 0');
    await rebuildRollups(database.pool, START);
    await rollUp(database.pool, START + 2 * HOUR + 10_000, 3);
    await rollUp(database.pool, START + 2 * HOUR + 10_000, 3);
    expect((await database.pool.query('SELECT * FROM engine_1h ORDER BY at_ms')).rows).toEqual(before);
  });

  it('take in samples that come late, also in answers that were given before', async () => {
    const context = serviceContext(database.pool, START + 2 * HOUR + 20_000);
    const ask = { signals: 'running_requests', subject: [], points: 120, group: 'fleet' as const };
    const answer = async () => {
      const { series } = await seriesOf(context, { ...ask, from: String(START), to: String(START + 2 * HOUR) });
      return series[0]?.mean[60];
    };
    expect(await answer()).toBe(4);
    const before = await sum('SELECT sum(samples) AS v FROM engine_1m');
    const late = [0, 1].map((i) => ({
      atMs: START + HOUR + 1000 + i * 5000,
      readings: [
        engineReading({ model: 'late', gauges: { running_requests: 3 }, counters: { generation_tokens: i * 7 } }),
      ],
    }));
    await pushPolls(database.pool, { ...SETTINGS, name: 'late' }, late);
    await rollUp(database.pool, START + 2 * HOUR + 10_000, 3);
    expect(await sum('SELECT sum(samples) AS v FROM engine_1m')).toBe(before + 2);
    expect(await answer()).toBe(7);
  });

  it('are left alone where the rows below are gone, whatever comes late', async () => {
    const table = async () =>
      (await database.pool.query('SELECT * FROM engine_1m ORDER BY subject_id, at_ms, layout_id')).rows;
    const before = await table();
    const later = START + 100 * HOUR;
    const late = [0, 1].map((i) => ({
      atMs: START + HOUR + 2000 + i * 5000,
      readings: [engineReading({ model: 'very late', counters: { generation_tokens: i } })],
    }));
    await pushPolls(database.pool, { ...SETTINGS, name: 'very-late' }, late);
    await database.pool.query('DELETE FROM engine_sample WHERE subject_id = 1');
    await rollUp(database.pool, later, 3);
    expect(await table()).toEqual(before);
  });
});
