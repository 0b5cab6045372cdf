import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertRow } from '#lib/db/alerts.ts';
import type { EngineReading, GpuReading, Reading } from '#lib/metrics/sample.ts';
import { BUILT_IN_RULES } from '#lib/rules/packs.ts';
import { PageReader } from '#lib/scrape/page-reader.ts';
import { findScenario } from '#lib/simulator/scenarios.ts';
import { SimulatedTargets } from '#lib/simulator/targets.ts';
import type { TargetSettings } from '#lib/target/target.ts';
import { type AlertHarness, createAlertHarness, type HarnessTarget } from '#tests/alert-harness.ts';
import { SETTINGS } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const REFERENCE_RPS = 202;

type Poll = { readonly atMs: number; readonly readings: readonly Reading[] | null };
type Played = {
  readonly alerts: readonly AlertRow[];
  readonly polls: ReadonlyMap<string, readonly Poll[]>;
  readonly everyMs: number;
};

let database: TestDatabase;
let harness: AlertHarness;

/** Plays a scenario in virtual time through parser, store and evaluator. */
async function play(
  name: string,
  lengthS: number,
  everyMs: number,
  known: Pick<TargetSettings, 'profile' | 'baselineRps'>,
): Promise<Played> {
  database = await createTestDatabase();
  const scenario = findScenario(name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const fleet = new SimulatedTargets({ scenario, seed: 1, epochMs: START, stepS: 0.25, warmUpS: 60 });
  harness = await createAlertHarness(
    database.pool,
    BUILT_IN_RULES.filter((rule) => rule.pack === 'reports'),
  );
  const polled: { path: string; target: HarnessTarget; reader: PageReader; polls: Poll[] }[] = [];
  for (const page of fleet.byPath.values()) {
    const target = await harness.addTarget({
      ...SETTINGS,
      name: page.path,
      source: 'auto',
      intervalMs: everyMs,
      labels: { host: 'gpu-01' },
      ...known,
    });
    polled.push({ path: page.path, target, reader: new PageReader('auto'), polls: [] });
  }
  for (let atMs = START; atMs < START + lengthS * 1000; atMs += everyMs) {
    fleet.advance((atMs - START) / 1000);
    for (const { path, target, reader, polls } of polled) {
      const page = fleet.byPath.get(path);
      const body = page === undefined ? null : fleet.print(page);
      const readings = body === null ? null : reader.read(body).readings;
      polls.push({ atMs, readings });
      await target.poll(atMs, readings);
    }
  }
  return { alerts: await harness.alerts(), polls: new Map(polled.map(({ path, polls }) => [path, polls])), everyMs };
}

type Condition = (polls: readonly Poll[], index: number) => boolean | null;

/** When a condition had first held for `forMs` without a poll that said otherwise; null: never. */
function firstFiring(polls: readonly Poll[], condition: Condition, forMs: number): number | null {
  let since: number | null = null;
  for (const [i, poll] of polls.entries()) {
    const holds = condition(polls, i);
    if (holds === null) continue;
    since = holds ? (since ?? poll.atMs) : null;
    if (since !== null && poll.atMs - since >= forMs) return poll.atMs;
  }
  return null;
}

const engineAt = (polls: readonly Poll[], i: number): EngineReading | null =>
  (polls[i]?.readings?.find((reading) => reading.kind === 'engine') as EngineReading | undefined) ?? null;
const gpuAt = (polls: readonly Poll[], i: number): GpuReading | null =>
  (polls[i]?.readings?.find((reading) => reading.kind === 'gpu') as GpuReading | undefined) ?? null;

const gauge =
  (field: 'kv_usage_ratio' | 'waiting_requests', test: (value: number) => boolean): Condition =>
  (polls, i) => {
    const value = engineAt(polls, i)?.gauges[field];
    return value === undefined ? null : test(value);
  };

const finishedAt = (reading: EngineReading): number => {
  const { finished_stop, finished_length, finished_abort, finished_error, finished_other } = reading.counters;
  return [finished_stop, finished_length, finished_abort, finished_error, finished_other].reduce<number>(
    (a, b) => a + (b ?? 0),
    0,
  );
};

/** Finished requests per second over the last minute, straight from the exporter's counters (no restart in it). */
const rps =
  (test: (value: number) => boolean): Condition =>
  (polls, i) => {
    const now = engineAt(polls, i);
    const atMs = polls[i]?.atMs ?? 0;
    const first = polls.findIndex((poll) => poll.atMs > atMs - 60_000);
    const from = Math.max(0, first - 1);
    const before = engineAt(polls, from);
    const spanMs = atMs - (polls[from]?.atMs ?? 0);
    if (now === null || before === null || spanMs === 0) return null;
    return test((finishedAt(now) - finishedAt(before)) / (spanMs / 1000));
  };

const vram =
  (test: (share: number) => boolean): Condition =>
  (polls, i) => {
    const { used_bytes: used, total_bytes: total } = gpuAt(polls, i)?.gauges ?? {};
    return used === undefined || total === undefined ? null : test(used / total);
  };

type Expected = readonly [rule: string, on: 'engine' | 'gpu', condition: Condition, forMs: number];
const MINUTE = 60_000;
const EXPECTED: readonly Expected[] = [
  ['KvCacheCaution', 'engine', gauge('kv_usage_ratio', (v) => v >= 0.7), MINUTE],
  ['KvCacheWarning', 'engine', gauge('kv_usage_ratio', (v) => v >= 0.8), MINUTE],
  ['KvCacheCritical', 'engine', gauge('kv_usage_ratio', (v) => v >= 0.9), MINUTE / 2],
  ['QueueScaleUp', 'engine', gauge('waiting_requests', (v) => v > 100), 0],
  ['QueueSlaAtRisk', 'engine', gauge('waiting_requests', (v) => v >= 150), 0],
  ['QueueOverflow', 'engine', gauge('waiting_requests', (v) => v >= 200), 0],
  ['BurstWarn', 'engine', rps((v) => v > 500), 0],
  ['BurstCritical', 'engine', rps((v) => v >= 1000), 0],
  ['BurstAutoScale', 'engine', rps((v) => v >= 1500), 0],
  ['VramAboveSoftCap', 'gpu', vram((v) => v > 0.8), MINUTE],
  ['VramAggressive', 'gpu', vram((v) => v > 0.9), MINUTE],
  ['VramCritical', 'gpu', vram((v) => v > 0.95), 0],
  [
    'HighMemoryUsage',
    'gpu',
    (polls, i) => {
      const used = gpuAt(polls, i)?.gauges.used_bytes;
      return used === undefined ? null : used > 20 * 1024 ** 3;
    },
    0,
  ],
];

const firedAt = (alerts: readonly AlertRow[], rule: string): number | null =>
  alerts.find((alert) => alert.ruleId === rule && alert.firedAtMs !== null)?.firedAtMs ?? null;

describe.each([
  { name: 'burst_10x_spike_extreme', lengthS: 100, everyMs: 1000, fires: ['BurstWarn'] },
  {
    name: 'very_large_sequence_extreme',
    lengthS: 200,
    everyMs: 5000,
    fires: ['KvCacheCaution', 'KvCacheWarning', 'KvCacheCritical'],
  },
  { name: 'oom_extreme_batch', lengthS: 300, everyMs: 5000, fires: ['VramCritical', 'HighMemoryUsage', 'OomError'] },
])('$name', ({ name, lengthS, everyMs, fires }) => {
  let played: Played;
  beforeAll(async () => {
    played = await play(name, lengthS, everyMs, { profile: 'literal', baselineRps: REFERENCE_RPS });
    await harness.stop();
  }, 120_000);
  afterAll(() => database.drop());

  it(`fires ${fires.join(', ')}`, () => {
    const fired = new Set(played.alerts.filter((alert) => alert.firedAtMs !== null).map((alert) => alert.ruleId));
    expect(fires.filter((rule) => !fired.has(rule))).toEqual([]);
  });

  it.each(EXPECTED)('%s fires when an independent calculation says, within one poll', (rule, on, condition, forMs) => {
    const polls = [...played.polls.values()].find((each) =>
      each.some((poll) => poll.readings?.some((reading) => reading.kind === on)),
    );
    if (polls === undefined) throw new Error(`no ${on} was polled`);
    const expected = firstFiring(polls, condition, forMs);
    const actual = firedAt(played.alerts, rule);
    if (expected === null || actual === null) expect(actual).toBe(expected);
    else expect(Math.abs(actual - expected)).toBeLessThanOrEqual(played.everyMs);
  });
});

describe('the steady fleet', () => {
  it('for ten minutes fires nothing', async () => {
    const { alerts } = await play('steady', 600, 5000, { profile: 'relative', baselineRps: null });
    await harness.stop();
    await database.drop();
    const fired = alerts.filter((alert) => alert.firedAtMs !== null);
    expect(fired.map((alert) => `${alert.ruleId} on ${alert.subjectName}: ${alert.firedValue}`)).toEqual([]);
  }, 120_000);
});
