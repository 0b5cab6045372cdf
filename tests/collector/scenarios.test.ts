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

function fleetOf(name: string): SimulatedTargets {
  const scenario = findScenario(name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  return new SimulatedTargets({ scenario, seed: 1, epochMs: START, stepS: 0.25, warmUpS: 60 });
}

/** From `fromS` on the same targets show another scenario, as when the load goes elsewhere. */
type Next = { readonly name: string; readonly fromS: number };

/** Plays a scenario in virtual time through parser, store and evaluator. */
async function play(
  name: string,
  lengthS: number,
  everyMs: number,
  known: Pick<TargetSettings, 'profile' | 'baselineRps'>,
  next: Next | null = null,
): Promise<Played> {
  database = await createTestDatabase();
  const fleet = fleetOf(name);
  const later = next === null ? fleet : fleetOf(next.name);
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
    const shown = next !== null && atMs - START >= next.fromS * 1000 ? later : fleet;
    shown.advance((atMs - START) / 1000);
    const pages = [...shown.byPath.values()];
    for (const [i, { target, reader, polls }] of polled.entries()) {
      const page = pages[i];
      const body = page === undefined ? null : shown.print(page);
      const readings = body === null ? null : onSameCard(reader.read(body).readings, polls[0]);
      polls.push({ atMs, readings });
      await target.poll(atMs, readings);
    }
  }
  return { alerts: await harness.alerts(), polls: new Map(polled.map(({ path, polls }) => [path, polls])), everyMs };
}

/** The other scenario's load comes to the card of the first. */
function onSameCard(readings: readonly Reading[], first: Poll | undefined): readonly Reading[] {
  const card = first?.readings?.find((reading) => reading.kind === 'gpu');
  return card === undefined
    ? readings
    : readings.map((reading) => (reading.kind === 'gpu' ? { ...reading, uuid: card.uuid } : reading));
}

/** A number straight from the pages; null where a page does not tell. */
type Measure = (polls: readonly Poll[], index: number) => number | null;
type Limit = { readonly of: Measure; readonly op: '>' | '>='; readonly limit: number };
type Span = { readonly firedAtMs: number; readonly resolvedAtMs: number | null };

const isBeyond = ({ op }: Limit, value: number, limit: number): boolean =>
  op === '>' ? value > limit : value >= limit;

/**
 * When a limit was passed for `forMs`, and when the value had then been below 95 % of the limit for two minutes without
 * a poll that said otherwise; over and over. Polls that tell nothing change nothing.
 */
function episodes(polls: readonly Poll[], limit: Limit, forMs: number): readonly Span[] {
  const found: { firedAtMs: number; resolvedAtMs: number | null }[] = [];
  let since: number | null = null;
  for (const [i, { atMs }] of polls.entries()) {
    const value = limit.of(polls, i);
    if (value === null) continue;
    const open = found.at(-1)?.resolvedAtMs === null ? found.at(-1) : undefined;
    const counts =
      open === undefined ? isBeyond(limit, value, limit.limit) : !isBeyond(limit, value, limit.limit * 0.95);
    since = counts ? (since ?? atMs) : null;
    if (since === null || atMs - since < (open === undefined ? forMs : KEEP_FIRING_MS)) continue;
    if (open === undefined) found.push({ firedAtMs: atMs, resolvedAtMs: null });
    else open.resolvedAtMs = atMs;
    since = null;
  }
  return found;
}

const engineAt = (polls: readonly Poll[], i: number): EngineReading | null =>
  (polls[i]?.readings?.find((reading) => reading.kind === 'engine') as EngineReading | undefined) ?? null;
const gpuAt = (polls: readonly Poll[], i: number): GpuReading | null =>
  (polls[i]?.readings?.find((reading) => reading.kind === 'gpu') as GpuReading | undefined) ?? null;

const gauge =
  (field: 'kv_usage_ratio' | 'waiting_requests'): Measure =>
  (polls, i) =>
    engineAt(polls, i)?.gauges[field] ?? null;

const finishedAt = (reading: EngineReading): number => {
  const { finished_stop, finished_length, finished_abort, finished_error, finished_other } = reading.counters;
  return [finished_stop, finished_length, finished_abort, finished_error, finished_other].reduce<number>(
    (a, b) => a + (b ?? 0),
    0,
  );
};

/** Finished requests per second over the last minute, straight from the exporter's counters (no restart in it). */
const rps: Measure = (polls, i) => {
  const now = engineAt(polls, i);
  const atMs = polls[i]?.atMs ?? 0;
  const first = polls.findIndex((poll) => poll.atMs > atMs - 60_000);
  const from = Math.max(0, first - 1);
  const before = engineAt(polls, from);
  const spanMs = atMs - (polls[from]?.atMs ?? 0);
  if (now === null || before === null || spanMs === 0) return null;
  return (finishedAt(now) - finishedAt(before)) / (spanMs / 1000);
};

/** The most that was used in the last five minutes. */
const vramPeak: Measure = (polls, i) => {
  const atMs = polls[i]?.atMs ?? 0;
  const used = polls.flatMap((poll, j) => {
    const bytes = poll.atMs > atMs - 5 * MINUTE && poll.atMs <= atMs ? gpuAt(polls, j)?.gauges.used_bytes : undefined;
    return bytes === undefined ? [] : [bytes];
  });
  return used.length === 0 ? null : Math.max(...used);
};
const vramShare: Measure = (polls, i) => {
  const { used_bytes: used, total_bytes: total } = gpuAt(polls, i)?.gauges ?? {};
  return used === undefined || total === undefined ? null : used / total;
};

type Expected = readonly [rule: string, on: 'engine' | 'gpu', limit: Limit, forMs: number];
const MINUTE = 60_000;
const KEEP_FIRING_MS = 2 * MINUTE;
const EXPECTED: readonly Expected[] = [
  ['KvCacheCaution', 'engine', { of: gauge('kv_usage_ratio'), op: '>=', limit: 0.7 }, MINUTE],
  ['KvCacheWarning', 'engine', { of: gauge('kv_usage_ratio'), op: '>=', limit: 0.8 }, MINUTE],
  ['KvCacheCritical', 'engine', { of: gauge('kv_usage_ratio'), op: '>=', limit: 0.9 }, MINUTE / 2],
  ['QueueScaleUp', 'engine', { of: gauge('waiting_requests'), op: '>', limit: 100 }, 0],
  ['QueueSlaAtRisk', 'engine', { of: gauge('waiting_requests'), op: '>=', limit: 150 }, 0],
  ['QueueOverflow', 'engine', { of: gauge('waiting_requests'), op: '>=', limit: 200 }, 0],
  ['BurstWarn', 'engine', { of: rps, op: '>', limit: 500 }, 0],
  ['BurstCritical', 'engine', { of: rps, op: '>=', limit: 1000 }, 0],
  ['BurstAutoScale', 'engine', { of: rps, op: '>=', limit: 1500 }, 0],
  ['VramAboveSoftCap', 'gpu', { of: vramShare, op: '>', limit: 0.8 }, MINUTE],
  ['VramAggressive', 'gpu', { of: vramShare, op: '>', limit: 0.9 }, MINUTE],
  ['VramCritical', 'gpu', { of: vramShare, op: '>', limit: 0.95 }, 0],
  ['HighMemoryUsage', 'gpu', { of: vramPeak, op: '>', limit: 20 * 1024 ** 3 }, 0],
];

/** What a rule's fired episodes on one subject were. */
const spansOf = (alerts: readonly AlertRow[], rule: string): readonly Span[] =>
  alerts.flatMap(({ ruleId, firedAtMs, resolvedAtMs }) =>
    ruleId === rule && firedAtMs !== null ? [{ firedAtMs, resolvedAtMs }] : [],
  );

describe.each([
  { name: 'burst_10x_spike_extreme', lengthS: 230, everyMs: 1000, fires: ['BurstWarn'] },
  {
    name: 'very_large_sequence_extreme',
    lengthS: 400,
    everyMs: 5000,
    next: { name: 'short_sequence_low_stress', fromS: 200 },
    fires: ['KvCacheCaution', 'KvCacheWarning', 'KvCacheCritical'],
  },
  { name: 'oom_extreme_batch', lengthS: 600, everyMs: 5000, fires: ['VramCritical', 'HighMemoryUsage', 'OomError'] },
])('$name', ({ name, lengthS, everyMs, fires, next }) => {
  let played: Played;
  beforeAll(async () => {
    played = await play(name, lengthS, everyMs, { profile: 'literal', baselineRps: REFERENCE_RPS }, next);
    await harness.stop();
  }, 120_000);
  afterAll(() => database.drop());

  it(`fires ${fires.join(', ')}`, () => {
    const fired = new Set(played.alerts.filter((alert) => alert.firedAtMs !== null).map((alert) => alert.ruleId));
    expect(fires.filter((rule) => !fired.has(rule))).toEqual([]);
  });

  it('plays until what it is about has resolved, so that there is something to compare', () => {
    const compared = EXPECTED.map(([rule]) => rule).filter((rule) => fires.includes(rule));
    expect(compared.length).toBeGreaterThan(0);
    const open = compared.filter((rule) =>
      spansOf(played.alerts, rule).some(({ resolvedAtMs }) => resolvedAtMs === null),
    );
    expect(open).toEqual([]);
  });

  it.each(EXPECTED)(
    '%s fires and resolves when an independent calculation says, within one poll',
    (rule, on, limit, forMs) => {
      const polls = [...played.polls.values()].find((each) =>
        each.some((poll) => poll.readings?.some((reading) => reading.kind === on)),
      );
      if (polls === undefined) throw new Error(`no ${on} was polled`);
      const expected = episodes(polls, limit, forMs);
      const actual = spansOf(played.alerts, rule);
      expect(actual).toHaveLength(expected.length);
      for (const [i, { firedAtMs, resolvedAtMs }] of actual.entries()) {
        expectWithin(played.everyMs, firedAtMs, expected[i]?.firedAtMs ?? null);
        expectWithin(played.everyMs, resolvedAtMs, expected[i]?.resolvedAtMs ?? null);
      }
    },
  );
});

/** null: never. */
function expectWithin(everyMs: number, actual: number | null, expected: number | null): void {
  if (actual === null || expected === null) expect(actual).toBe(expected);
  else expect(Math.abs(actual - expected)).toBeLessThanOrEqual(everyMs);
}

describe('the steady fleet', () => {
  it('for ten minutes fires nothing', async () => {
    const { alerts } = await play('steady', 600, 5000, { profile: 'relative', baselineRps: null });
    await harness.stop();
    await database.drop();
    const fired = alerts.filter((alert) => alert.firedAtMs !== null);
    expect(fired.map((alert) => `${alert.ruleId} on ${alert.subjectName}: ${alert.firedValue}`)).toEqual([]);
  }, 120_000);
});
