import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RuleInput } from '#lib/api/rules.ts';
import { loadFleet } from '#lib/db/fleet-state.ts';
import { LayoutStore } from '#lib/db/layouts.ts';
import { measureReads } from '#lib/db/measure-reads.ts';
import { rollUp } from '#lib/db/rollup.ts';
import { isPollCompute } from '#lib/metrics/signal.ts';
import { SIGNALS } from '#lib/metrics/signals.ts';
import { pickRead } from '#lib/rules/read-track.ts';
import { readKey, type SignalRead } from '#lib/rules/reads.ts';
import { backtestRule } from '#lib/service/backtest-rule.ts';
import { loadPastReadings } from '#lib/service/past-readings.ts';
import { type AlertHarness, createAlertHarness, ruleOf } from '#tests/alert-harness.ts';
import { engineReading, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const POLL = 5000;
const POLLS = 360;
const NOW = START + POLLS * POLL;
const BOUNDS = [0.1, 0.5, 1, Number.POSITIVE_INFINITY];

/** KV use goes up and down, crossing 0.9; some polls fail; the engine restarts once. */
const kvAt = (i: number): number => 0.8 + 0.15 * Math.sin(i / 17);
const isMissed = (i: number): boolean => i % 11 === 7 || (i > 200 && i < 215);

const RULES = [
  ruleOf({ id: 'Kv', expr: 'kv_cache_utilization > 90%', forMs: 20_000, keepFiringMs: 15_000 }),
  ruleOf({ id: 'KvAvg', expr: 'avg(kv_cache_utilization, 2m) >= 85% and queue_depth > 2', keepFiringMs: 10_000 }),
  ruleOf({ id: 'Slow', expr: 'ttft_p95 > 600ms', forMs: 10_000, keepFiringMs: 5000 }),
  ruleOf({ id: 'Tokens', expr: 'tokens_per_second < 60', forMs: 15_000, absence: 'resolve' }),
  ruleOf({ id: 'Down', scope: 'target', expr: 'target_up = no', forMs: 10_000 }),
];

let database: TestDatabase;
let harness: AlertHarness;
beforeAll(async () => {
  database = await createTestDatabase();
  harness = await createAlertHarness(database.pool, RULES);
  const target = await harness.addTarget(SETTINGS);
  let counts = [0, 0, 0, 0];
  let tokens = 0;
  for (let i = 0; i < POLLS; i++) {
    const slow = i % 120 > 90 ? 6 : 0;
    counts = counts.map((count, b) => count + (b === 2 ? slow + 1 : b === 1 ? 8 - slow : 2 * (b + 1)));
    tokens += 300 + Math.round(200 * Math.sin(i / 23));
    const cumulative = Float64Array.from(counts, (_, b) => counts.slice(0, b + 1).reduce((sum, n) => sum + n, 0));
    const reading = engineReading({
      gauges: { kv_usage_ratio: kvAt(i), running_requests: 8, waiting_requests: i % 7, process_start_s: 1 },
      counters: { generation_tokens: tokens, finished_stop: i * 10, prefix_queries: i * 100, prefix_hits: i * 80 },
      histograms: { ttft_s: { bounds: BOUNDS, cumulative, sum: i * 2.5 } },
    });
    await target.poll(START + i * POLL, isMissed(i) ? null : [reading]);
  }
}, 120_000);
afterAll(async () => {
  await harness.stop();
  await database.drop();
});

const inputOf = (rule: (typeof RULES)[number]) => ({
  rule: RuleInput.partial({ id: true }).parse({
    expr: rule.expr,
    scope: rule.scope,
    for: rule.forMs,
    keep_firing_for: rule.keepFiringMs,
    absence: rule.absence,
  }),
  from: String(START - POLL),
  to: String(NOW),
});

describe('a backtest says what the live evaluator did', () => {
  it.each(RULES.map((rule) => [rule.id, rule] as const))('%s', async (id, rule) => {
    const answer = await backtestRule(serviceContext(database.pool, NOW), inputOf(rule));
    const live = (await harness.alerts()).filter((alert) => alert.ruleId === id && alert.firedAtMs !== null);
    expect(live.length).toBeGreaterThan(0);
    const times = (each: { pendingSinceMs: number; firedAtMs: number | null; resolvedAtMs: number | null }) => [
      each.pendingSinceMs,
      each.firedAtMs,
      each.resolvedAtMs,
    ];
    expect(answer.episodes.toReversed().map(times)).toEqual(live.map(times));
    expect(answer.episodes.toReversed().map((each) => each.peakValue)).toEqual(live.map((each) => each.peakValue));
    expect(answer.stepMs).toBe(POLL);
    expect(answer.summary).toMatch(/^would have fired .* evaluated at every poll/);
  });
});

describe('what history reads is what was measured live', () => {
  const at = [3, 40, 77, 150, 199, 222, 300, 359].map((i) => START + i * POLL);
  const aligned = [60_000, 180_000, 420_000, 900_000, 1_200_000, 1_740_000].map((ms) => START + ms);
  // A minute's row holds the polls of [start, start + 60 s), a live window those of (start, start + 60 s].
  it.each([
    ['poll by poll', { tier: 'raw', stepMs: null }, at, 0],
    ['polls summed over steps', { tier: 'raw', stepMs: 30_000 }, aligned, 0],
    ['roll-ups of a minute', { tier: '1m', stepMs: 60_000 }, aligned, 1],
    ['roll-ups summed over steps', { tier: '1m', stepMs: 300_000 }, [START + 600_000, START + 1_500_000], 1],
  ] as const)('%s, for every stored signal, aggregate and window', async (_name, grid, times, earlierMs) => {
    const context = serviceContext(database.pool, NOW);
    await rollUp(database.pool, NOW + 120_000, BOUNDS.length);
    const fleet = await loadFleet(context);
    const subjects = fleet.subjects;
    const windows = grid.stepMs === 300_000 ? [300_000] : [60_000, 300_000];
    const reads: SignalRead[] = SIGNALS.filter((signal) => !isPollCompute(signal.compute)).flatMap((signal) =>
      (['default', 'avg', 'min', 'max'] as const).flatMap((aggregate) =>
        windows.map((windowMs) => ({ signal: signal.id, aggregate, windowMs })),
      ),
    );
    const span = { ...grid, fromMs: START - 300_000, toMs: NOW } as const;
    const past = await loadPastReadings(context, fleet, subjects, reads, span, true);
    const readings = past(subjects[0]!.id);
    const layouts = new LayoutStore(database.pool);
    let compared = 0;
    for (const atMs of times) {
      const measured = await measureReads({ pool: database.pool, layouts }, fleet, subjects, reads, atMs - earlierMs);
      const live = measured.get(subjects[0]!.id);
      for (const read of reads) {
        const now = readings.read(read, atMs);
        const ours = now === undefined ? null : pickRead(read, now);
        const theirs = live?.values.get(readKey(read)) ?? null;
        const where = `${readKey(read)} at ${(atMs - START) / 1000} s`;
        if (theirs === null) expect(ours, where).toBeNull();
        else expect(ours, where).toBeCloseTo(theirs, 9);
        expect(now?.coarseBelow, where).toBe(live?.coarseBelow.get(readKey(read)));
        if (theirs !== null) compared++;
      }
    }
    expect(compared).toBeGreaterThan(60);
  });
});

describe('a backtest equals a calculation by hand', () => {
  it('for a condition on one gauge at every poll', async () => {
    const rule = ruleOf({ id: 'Hand', expr: 'kv_cache_utilization > 90%' });
    const answer = await backtestRule(serviceContext(database.pool, NOW), inputOf({ ...rule, keepFiringMs: 0 }));
    const firedAt: number[] = [];
    let firing = false;
    for (let i = 0; i < POLLS; i++) {
      if (isMissed(i)) continue;
      if (!firing && kvAt(i) > 0.9) firedAt.push(START + i * POLL);
      if (kvAt(i) > 0.9) firing = true;
      // Recovery needs the limit moved by 5 % to the healthy side.
      else if (kvAt(i) <= 0.9 - 0.05 * 0.9) firing = false;
    }
    expect(answer.episodes.toReversed().map((each) => each.firedAtMs)).toEqual(firedAt);
  });
});

describe('refusals', () => {
  it.each([
    [{ rule: { expr: 'kv_cache > 1' }, from: 'now-1h', to: 'now' }, /expr: position 1/],
    [{ rule: { expr: 'queue_depth > 1' }, from: 'now', to: 'now-1h' }, /not before/],
    [{ rule: { expr: 'queue_depth > 1' }, from: 'now-3y', to: 'now' }, /366 d/],
    [{ rule: { expr: 'queue_depth > 1' }, from: 'now-1h', to: 'now', subject: [999] }, /no subject 999/],
  ])('%#', async (input, message) => {
    const parsed = { ...input, rule: RuleInput.partial({ id: true }).parse(input.rule) };
    await expect(backtestRule(serviceContext(database.pool, NOW), parsed)).rejects.toThrow(message);
  });
});
