import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketQuantile } from '#lib/series/quantile.ts';
import { currentValues } from '#lib/service/current.ts';
import { AppError } from '#lib/service/errors.ts';
import { seriesOf } from '#lib/service/series.ts';
import { listSubjectViews } from '#lib/service/subjects.ts';
import { engineReading, pushPolls, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const POLL = 5000;
const NOW = START + 60 * POLL;
const BOUNDS = [0.1, 0.5, 1, Number.POSITIVE_INFINITY];

let database: TestDatabase;
/** Engine a: steady. Engine b: restarts at poll 30, polls 40–45 are missed. */
beforeAll(async () => {
  database = await createTestDatabase();
  const a = Array.from({ length: 61 }, (_, i) => ({
    atMs: START + i * POLL,
    readings: [
      engineReading({
        gauges: { kv_usage_ratio: 0.4, running_requests: 8, waiting_requests: 0, process_start_s: 1 },
        counters: {
          generation_tokens: i * 500,
          finished_stop: i * 10,
          prefix_queries: i * 100,
          prefix_hits: i * 80,
          preemptions: 0,
        },
        histograms: {
          ttft_s: { bounds: BOUNDS, cumulative: Float64Array.of(i * 2, i * 6, i * 9, i * 10), sum: i },
          prefill_s: { bounds: BOUNDS, cumulative: Float64Array.of(i * 10, i * 10, i * 10, i * 10), sum: i / 100 },
        },
      }),
    ],
  }));
  await pushPolls(database.pool, { ...SETTINGS, name: 'a', baselineRps: 4 }, a);
  const b = Array.from({ length: 61 }, (_, i) => ({ i, atMs: START + i * POLL }))
    .filter(({ i }) => i < 40 || i > 45)
    .map(({ i, atMs }) => ({
      atMs,
      readings: [
        engineReading({
          gauges: { kv_usage_ratio: 0.4, process_start_s: i < 30 ? 1 : START / 1000 + 150 },
          counters: { generation_tokens: (i < 30 ? i : i - 29) * 1000, finished_stop: i < 30 ? i : i - 29 },
        }),
      ],
    }));
  await pushPolls(database.pool, { ...SETTINGS, name: 'b' }, b);
});
afterAll(() => database.drop());

const ask = (signals: string, more: object = {}) => ({
  signals,
  subject: [],
  from: String(START),
  to: String(NOW),
  points: 30,
  group: 'subject' as const,
  ...more,
});
const context = () => serviceContext(database.pool, NOW);

describe('numbers', () => {
  it('a rate is increase over elapsed time, through a restart and a gap, without spike or negative', async () => {
    const { series } = await seriesOf(context(), ask('tokens_per_second'));
    const known = series.map((one) => one.mean.filter((value) => value !== null));
    expect(known[0]?.every((value) => Math.abs((value ?? 0) - 100) < 1e-9)).toBe(true);
    expect(Math.max(...(known[1] ?? []))).toBeLessThanOrEqual(200 + 1e-9);
    expect(Math.min(...(known[1] ?? []))).toBeGreaterThan(0);
  });

  it('missed polls are a gap, not a zero and not the last value', async () => {
    const { series, stepMs } = await seriesOf(context(), ask('kv_cache_utilization'));
    expect(stepMs).toBe(2 * POLL);
    const gap = series[1]?.t
      .map((t, i) => [t, series[1]?.mean[i]])
      .filter(([t]) => Number(t) >= START + 40 * POLL && Number(t) < START + 46 * POLL);
    expect(gap?.map(([, value]) => value)).toEqual([null, null, null]);
  });

  it('a quantile is that of the summed increases', async () => {
    const { items } = await currentValues(context(), { signals: 'ttft_p95', subject: [1] });
    expect(items[0]?.value).toBeCloseTo(bucketQuantile(0.95, { bounds: BOUNDS, counts: [24, 48, 36, 12] }) ?? -1, 9);
  });

  it('a quantile in the lowest bucket says below which bound it is; others say nothing', async () => {
    const { items } = await currentValues(context(), { signals: 'prefill_latency_p99,ttft_p95', subject: [1] });
    expect(items.map(({ signal, coarseBelow }) => [signal, coarseBelow])).toEqual([
      ['prefill_latency_p99', 0.1],
      ['ttft_p95', undefined],
    ]);
    const { series } = await seriesOf(context(), ask('prefill_latency_p99,ttft_p95', { subject: [1] }));
    expect(series.map(({ signal, coarseBelow }) => [signal, coarseBelow])).toEqual([
      ['prefill_latency_p99', 0.1],
      ['ttft_p95', undefined],
    ]);
  });

  it('two engines at 40 % are 40 % for the fleet; rates add up', async () => {
    const { series } = await seriesOf(
      context(),
      ask('kv_cache_utilization,tokens_per_second', { group: 'fleet', to: String(START + 20 * POLL) }),
    );
    expect(series[0]?.mean[5]).toBeCloseTo(0.4, 9);
    expect(series[1]?.mean[5]).toBeCloseTo(300, 9);
  });

  it('hits are hits by lookups, evictions are 0 when nothing was preempted', async () => {
    const { items } = await currentValues(context(), {
      signals: 'cache_hit_rate,cache_eviction_rate,throughput_drop',
      subject: [1],
    });
    expect(items.map((item) => item.value)).toEqual([0.8, 0, 0.5]);
  });

  it('restarts are marked', async () => {
    const { marks } = await seriesOf(context(), ask('tokens_per_second'));
    expect(marks.filter((mark) => mark.kind === 'restart')).toMatchObject([{ atMs: START + 30 * POLL, subject: 2 }]);
  });
});

describe('unknown says why', () => {
  it('while the baseline is being learned', async () => {
    const { items } = await currentValues(context(), { signals: 'throughput_drop', subject: [2] });
    expect(items[0]).toMatchObject({ value: null, reason: expect.stringContaining('learning') });
  });

  it('when the target has gone', async () => {
    const later = serviceContext(database.pool, NOW + 600_000);
    const { items } = await currentValues(later, { signals: 'kv_cache_utilization', subject: [1] });
    expect(items[0]).toMatchObject({ value: null, reason: expect.stringContaining('stale') });
    const { items: subjects } = await listSubjectViews(later, {});
    expect(subjects.map((subject) => subject.health.state)).toEqual(['stale', 'stale']);
  });
});

describe('refusals name what was wrong and what was expected', () => {
  it.each([
    [ask('kv_cache_utilisation'), /did you mean kv_cache_utilization/],
    [ask('queue_depth', { from: 'yesterday' }), /"yesterday" is not a time/],
    [ask('queue_depth', { from: String(NOW), to: String(START) }), /not before/],
    [ask('queue_depth', { subject: [999] }), /no subject 999/],
    [ask(' , '), /signals is empty/],
    [ask('queue_depth', { kind: 'gpu' }), /kind: queue_depth: no signal of GPUs/],
  ])('%#', async (input, message) => {
    const asked = seriesOf(context(), input);
    await expect(asked).rejects.toThrow(AppError);
    await expect(asked).rejects.toThrow(message);
  });
});
