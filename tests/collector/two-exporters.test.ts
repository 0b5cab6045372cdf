import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuReading } from '#lib/metrics/sample.ts';
import { seriesOf } from '#lib/service/series.ts';
import { engineReading, pushPolls, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const gpu = (usedBytes: number): GpuReading => ({
  kind: 'gpu',
  uuid: 'aaaa',
  mig: '',
  attributes: { index: '0' },
  gauges: { used_bytes: usedBytes, total_bytes: 100 },
  counters: {},
  processes: null,
  origins: {},
  lazyCounters: false,
});
const polls = (fromMs: number, count: number, usedBytes: number) =>
  Array.from({ length: count }, (_, i) => ({ atMs: fromMs + i * 5000, readings: [gpu(usedBytes)] }));

describe('one GPU seen by two exporters', () => {
  it('is stored once, from the first', async () => {
    await pushPolls(database.pool, { ...SETTINGS, name: 'dcgm' }, polls(START, 4, 40));
    await pushPolls(database.pool, { ...SETTINGS, name: 'smi' }, polls(START + 100, 4, 60));
    const { rows } = await database.pool.query('SELECT count(*)::int AS n, sum(used_bytes) AS used FROM gpu_sample');
    expect(rows[0]).toEqual({ n: 4, used: 160 });
  });

  it('goes over to the second when the first is silent', async () => {
    await pushPolls(database.pool, { ...SETTINGS, name: 'smi' }, polls(START + 120_000, 4, 60));
    const { rows } = await database.pool.query('SELECT t.name FROM subject u JOIN target t ON t.id = u.target_id');
    expect(rows).toEqual([{ name: 'smi' }]);
  });
});

describe('two engines on one port', () => {
  it('are two subjects; their rates add up once', async () => {
    const steps = Array.from({ length: 13 }, (_, i) => ({
      atMs: START + 200_000 + i * 5000,
      readings: ['0', '1'].map((engine) => engineReading({ engine, counters: { generation_tokens: i * 50 } })),
    }));
    await pushPolls(database.pool, { ...SETTINGS, name: 'dp2' }, steps);
    const answer = await seriesOf(serviceContext(database.pool, START + 260_000), {
      signals: 'tokens_per_second',
      subject: [],
      kind: 'engine',
      from: String(START + 210_000),
      to: String(START + 250_000),
      points: 4,
      group: 'fleet',
    });
    expect(answer.series[0]?.mean.every((value) => Math.abs((value ?? 0) - 20) < 1e-9)).toBe(true);
    expect(answer.partial.of).toBe(2);
  });
});
