import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RuleInput } from '#lib/api/rules.ts';
import { loadFleet } from '#lib/db/fleet-state.ts';
import { countSlo } from '#lib/db/measure-slo.ts';
import { DEFAULT_RETENTION } from '#lib/db/partitions.ts';
import { rollUp } from '#lib/db/rollup.ts';
import { makeSlaMinutes } from '#lib/db/sla-minutes.ts';
import { coverSpan, tiersFor } from '#lib/db/tier-cover.ts';
import { codeOfWord } from '#lib/metrics/unit.ts';
import { REPORT_BATCH_RULES } from '#lib/rules/packs/reports-batches.ts';
import { SLO_RULES } from '#lib/rules/packs/slo.ts';
import { backtestRule } from '#lib/service/backtest-rule.ts';
import { currentValues } from '#lib/service/current.ts';
import { openBatches } from '#lib/service/open-batches.ts';
import { seriesOf } from '#lib/service/series.ts';
import { type AlertHarness, createAlertHarness, type HarnessTarget } from '#tests/alert-harness.ts';
import { engineReading, pushPolls, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = 1_795_348_800_000 - (1_795_348_800_000 % HOUR);
/** A day and an hour of minutes; the last five hours are slow. */
const MINUTES = 25 * 60;
const SLOW_FROM = 20 * 60;
const NOW = START + MINUTES * MINUTE;
const BOUNDS = [0.25, 0.5, 1, Number.POSITIVE_INFINITY];

/** 100 requests a minute: one of them slow, 20 of them in the bad hours. */
const slowIn = (minute: number): number => (minute >= SLOW_FROM ? 20 : 1);
const slowUpTo = (minute: number): number =>
  Array.from({ length: minute }, (_, i) => slowIn(i + 1)).reduce((sum, slow) => sum + slow, 0);

const readingAt = (minute: number) => {
  const [total, slow] = [minute * 100, slowUpTo(minute)];
  return engineReading({
    gauges: { running_requests: 4, waiting_requests: 0 },
    counters: { finished_stop: total },
    histograms: {
      ttft_s: { bounds: BOUNDS, cumulative: Float64Array.of(0, total - slow, total, total), sum: total * 0.4 },
    },
  });
};

const settings = { ...SETTINGS, intervalMs: MINUTE, slo: { latencies: { ttft: 0.5 }, objective: 0.99 } };

let database: TestDatabase;
let harness: AlertHarness;
let target: HarnessTarget;
beforeAll(async () => {
  database = await createTestDatabase();
  harness = await createAlertHarness(database.pool, [...SLO_RULES, ...REPORT_BATCH_RULES]);
  target = await harness.addTarget(settings);
  const steps = Array.from({ length: MINUTES }, (_, i) => ({
    atMs: START + i * MINUTE + 1000,
    readings: [readingAt(i)],
  }));
  await pushPolls(database.pool, settings, steps);
  for (let i = 0; i < 30; i++) await rollUp(database.pool, NOW, 4, DEFAULT_RETENTION);
  await judge();
}, 120_000);
afterAll(async () => {
  await harness.stop();
  await database.drop();
});

const at = (nowMs = NOW) => serviceContext(database.pool, nowMs);
async function judge(): Promise<void> {
  const context = at();
  await makeSlaMinutes(context, await loadFleet(context), DEFAULT_RETENTION.minuteMs);
}
const open = async (): Promise<string[]> =>
  (await harness.alerts()).flatMap(({ ruleId, resolvedAtMs, firedAtMs }) =>
    resolvedAtMs === null && firedAtMs !== null ? [ruleId] : [],
  );
const current = async (signals: string) =>
  Object.fromEntries(
    (await currentValues(at(), { signals, subject: [] })).items.map(({ signal, value, reason }) => [
      signal,
      value ?? reason,
    ]),
  );

describe('long windows of a promise', () => {
  it('are covered by roll-ups without a gap or an overlap, polls only at the new end', () => {
    const done = { '1m': NOW - 70_000, '10m': NOW - 10 * MINUTE, '1h': NOW - HOUR };
    for (const windowMs of [600_000, HOUR, 6 * HOUR, 72 * HOUR]) {
      const parts = coverSpan(NOW - windowMs + 3 * MINUTE, NOW, tiersFor(windowMs), (tier) => done[tier]);
      for (const [i, part] of parts.entries()) expect(part.fromMs).toBe(i === 0 ? part.fromMs : parts[i - 1]?.toMs);
      expect(parts[0]?.fromMs).toBe(NOW - windowMs + 3 * MINUTE);
      expect(parts.at(-1)).toMatchObject({ tier: 'raw', toMs: NOW });
      expect(parts.filter(({ tier }) => tier === 'raw')).toHaveLength(1);
    }
  });

  it.each([
    ['5m', 5],
    ['1h', 60],
    ['6h', 360],
    ['1d', 1440],
  ])('%s count what the polls of it counted', async (_name, minutes) => {
    const fleet = await loadFleet(at());
    const counts = await countSlo(at(), fleet.subjects, minutes * MINUTE, NOW);
    const [only] = counts.values();
    expect(only?.requests).toBe(minutes * 100);
    expect(only?.slowAtLeast).toBeCloseTo(slowUpTo(MINUTES - 1) - slowUpTo(MINUTES - 1 - minutes), 3);
  });

  it('say how fast the budget burns and what is left of it', async () => {
    expect(await current('slo_burn_rate,slo_requests,slo_goodput,slo_budget_left')).toMatchObject({
      slo_burn_rate: expect.closeTo(20, 3),
      slo_requests: 6000,
      slo_goodput: expect.closeTo(0.8, 4),
      slo_budget_left: expect.closeTo(1 - slowUpTo(MINUTES - 1) / ((MINUTES - 1) * 1), 4),
    });
  });

  it('over time, of one engine and of the fleet', async () => {
    const ask = { subject: [], from: String(NOW - 8 * HOUR), to: String(NOW), points: 8 };
    for (const group of ['subject', 'fleet'] as const) {
      const { series } = await seriesOf(at(), { ...ask, group, signals: 'slo_burn_rate,sla_24h_compliance' });
      const [burn, kept] = series;
      expect(burn?.mean.at(1)).toBeCloseTo(1, 6);
      expect(burn?.mean.at(-2)).toBeCloseTo(20, 6);
      expect([kept?.mean.at(1), kept?.mean.at(-2)]).toEqual([1, 0]);
    }
  });
});

describe('the SLA of the last day', () => {
  it('is the share of minutes that kept the promise', async () => {
    // The hour before the day is over, and the newest row of ten minutes may hold minutes that are not rolled up.
    const { sla_24h_compliance: share } = await current('sla_24h_compliance,sla_basis');
    expect(share).toBeGreaterThan(0.78);
    expect(share).toBeLessThan(0.8);
  });

  it.each([
    ['batches of a run decide it instead', 'multi-batch', 'batches', 1],
    ['cells of a test matrix are no promise: they change nothing', 'concurrency', 'online', 0],
  ] as const)('%s', async (_name, kind, basis, openCount) => {
    const { rows } = await database.pool.query<{ id: number }>(
      `INSERT INTO run (name, kind, origin, engine_ids, notes, started_at_ms, created_by, created_at_ms)
       SELECT 'r', $1, 'api', array_agg(id), '', $2, 'K.', $2 FROM subject WHERE kind = 'engine' RETURNING id`,
      [kind, NOW - HOUR],
    );
    const runId = rows[0]?.id;
    await database.pool.query(
      `INSERT INTO run_batch (run_id, number, name, state, notes, started_at_ms, ended_at_ms, reported)
       VALUES ($1, 1, 'done', 'finished', '', $2, $3, '{"total": 10, "completed": 10}'),
              ($1, 2, 'open', 'running', '', $3, NULL, '{}')`,
      [runId, NOW - HOUR, NOW - HOUR / 2],
    );
    const { sla_basis: found } = await current('sla_basis');
    expect(found).toBe(codeOfWord('sla_basis', basis));
    expect(await openBatches(at())).toHaveLength(openCount);
    await database.pool.query('DELETE FROM run WHERE id = $1', [runId]);
  });

  it('burns and the broken SLA fire, and a backtest tells the same', async () => {
    for (let i = 0; i < 2; i++) await target.poll(NOW + i * MINUTE, [readingAt(MINUTES + i)]);
    expect((await open()).sort()).toEqual([
      'SLAViolation',
      'SloBurnDay',
      'SloBurnFast',
      'SloBurnSlow',
      'SloBurnSustained',
    ]);
    for (const rule of [...SLO_RULES.slice(0, 2), REPORT_BATCH_RULES.find(({ id }) => id === 'SLAViolation')]) {
      if (rule === undefined) throw new Error('no such rule');
      const { expr, severity, title } = rule;
      const input = { id: 'again', expr, severity, title, scope: 'engine', for: '0s' };
      const range = { from: String(NOW - 12 * HOUR), to: String(NOW) };
      const past = await backtestRule(at(), { rule: RuleInput.parse(input), ...range });
      expect(past.fired, rule.id).toBe(1);
      const sinceSlowH = ((past.episodes[0]?.firedAtMs ?? 0) - (START + SLOW_FROM * MINUTE)) / HOUR;
      // 14.4 × of 20 × needs 70 % of the hour; 6 × of 20 × a quarter of six hours; a tenth of the day's minutes 2.4 hours.
      const expected = { SloBurnFast: 0.71, SloBurnSustained: 1.6, SLAViolation: 2.4 }[rule.id] ?? 0;
      expect(sinceSlowH, rule.id).toBeGreaterThan(expected - 0.25);
      expect(sinceSlowH, rule.id).toBeLessThan(expected + 0.35);
    }
  });

  it('another promise is judged over the day that was', async () => {
    await database.pool.query("UPDATE target SET slo = jsonb_set(slo, '{latencies}', '{\"ttft\": 1}')");
    await judge();
    expect(await current('sla_24h_compliance,slo_burn_rate')).toMatchObject({
      sla_24h_compliance: 1,
      slo_burn_rate: 0,
    });
  });

  it('nobody promised anything: no budget, and the number says that it is against report 001', async () => {
    await database.pool.query('UPDATE target SET slo = NULL');
    await judge();
    expect(await current('sla_24h_compliance,sla_basis,slo_burn_rate')).toMatchObject({
      sla_basis: 0,
      slo_burn_rate: expect.stringContaining('nobody stated a promise'),
    });
  });
});
