import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Rule } from '#lib/rules/rule.ts';
import { type AlertHarness, createAlertHarness, ruleOf } from '#tests/alert-harness.ts';
import { engineReading, SETTINGS } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const POLL = 5000;

let database: TestDatabase;
let harness: AlertHarness;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await harness.stop();
  await database.drop();
});

const kv = (ratio: number) => [engineReading({ gauges: { kv_usage_ratio: ratio, waiting_requests: 0 } })];

/** Polls every 5 s; a null is a poll that failed. Answers the harness after the last. */
async function run(rules: readonly Rule[], ratios: readonly (number | null)[]): Promise<void> {
  harness = await createAlertHarness(database.pool, rules);
  const target = await harness.addTarget(SETTINGS);
  for (const [i, ratio] of ratios.entries()) await target.poll(START + i * POLL, ratio === null ? null : kv(ratio));
}

const FULL = ruleOf({ id: 'Full', expr: 'kv_cache_utilization >= 90%' });

describe('an alert from poll to end', () => {
  it('fires at the poll that shows the breach, resolves at the first healthy one, and says with which values', async () => {
    await run([FULL], [0.5, 0.95, 0.97, 0.5, 0.5]);
    const [alert] = await harness.alerts();
    expect(alert).toMatchObject({
      ruleId: 'Full',
      pendingSinceMs: START + POLL,
      firedAtMs: START + POLL,
      resolvedAtMs: START + 3 * POLL,
      endReason: 'recovered',
      firedValue: 0.95,
      peakValue: 0.97,
      resolvedValue: 0.5,
      limit: 0.9,
      unit: 'ratio',
    });
    expect(await harness.timeline(alert?.id ?? 0)).toEqual(['pending', 'firing', 'recovering', 'resolved']);
    expect(harness.enqueued.flat()).toEqual([alert?.id, alert?.id]);
  });

  it('waits for `for`, and a condition that goes away before is dropped without a message', async () => {
    await run([{ ...FULL, forMs: 15_000 }], [0.95, 0.95, 0.5, 0.95, 0.95, 0.95, 0.95]);
    const alerts = await harness.alerts();
    expect(alerts.map((alert) => [alert.endReason, alert.firedAtMs])).toEqual([
      ['not-fired', null],
      [null, START + 6 * POLL],
    ]);
  });

  it('recovers only beyond the recovery limit', async () => {
    await run([FULL], [0.95, 0.88, 0.87, 0.8]);
    expect((await harness.alerts())[0]?.resolvedAtMs).toBe(START + 3 * POLL);
  });

  it('is a new episode with a new id when it fires again', async () => {
    await run([FULL], [0.95, 0.1, 0.95]);
    const ids = (await harness.alerts()).map((alert) => alert.id);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('absence of data', () => {
  it('never resolves: the exporter dies while it fires, it stays firing and says since when nothing is known', async () => {
    await run([FULL], [0.95, ...Array.from({ length: 30 }, () => null)]);
    const [alert] = await harness.alerts();
    expect(alert).toMatchObject({
      resolvedAtMs: null,
      data: 'no-data',
      dataReason: 'connection refused',
      noDataSinceMs: START + POLL,
      lastSeenMs: START,
    });
    expect(await harness.timeline(alert?.id ?? 0)).toEqual(['pending', 'firing', 'no-data']);
  });

  it('does not reset `for`: every third poll lost, `for: 1m` fires within a minute and one poll', async () => {
    const ratios = Array.from({ length: 15 }, (_, i) => (i % 3 === 1 ? null : 0.95));
    await run([{ ...FULL, forMs: 60_000 }], ratios);
    const firedAtMs = (await harness.alerts())[0]?.firedAtMs ?? 0;
    expect(firedAtMs - START).toBeGreaterThanOrEqual(60_000);
    expect(firedAtMs - START).toBeLessThanOrEqual(60_000 + POLL);
  });

  it('resolves where the rule says so, as Prometheus does', async () => {
    await run([{ ...FULL, absence: 'resolve' }], [0.95, null]);
    expect((await harness.alerts())[0]).toMatchObject({ endReason: 'absent' });
  });

  it('of a target is an alert of its own that names it', async () => {
    const down = ruleOf({ id: 'TargetDown', expr: 'target_up = no', scope: 'target', forMs: 10_000 });
    await run([down], [0.5, null, null, null]);
    expect((await harness.alerts())[0]).toMatchObject({
      scope: 'target',
      subjectName: 'engine-a',
      firedAtMs: START + 3 * POLL,
      labels: { host: 'gpu-01', target: 'engine-a' },
    });
  });

  it('of one engine is a fault while others are shown; a server that shows none was started anew and waits', async () => {
    const gone = ruleOf({ id: 'Gone', expr: 'engine_present = no', forMs: 10_000 });
    harness = await createAlertHarness(database.pool, [gone]);
    const target = await harness.addTarget(SETTINGS);
    const ranks = ['0', '1'].map((engine) => engineReading({ engine, gauges: { running_requests: 1 } }));
    await target.poll(START, ranks);
    for (let i = 1; i < 5; i += 1) await target.poll(START + i * POLL, []);
    expect(await harness.alerts()).toEqual([]);
    for (let i = 5; i < 10; i += 1) await target.poll(START + i * POLL, ranks.slice(0, 1));
    expect((await harness.alerts()).map((alert) => alert.subjectName)).toEqual(['engine-a · m · engine 1']);
  });

  it('of a target mutes the other alerts about it, and each says by what', async () => {
    const down = ruleOf({ id: 'TargetDown', expr: 'target_up = no', scope: 'target', forMs: 0 });
    await run([FULL, down], [0.95, null]);
    const [full, targetDown] = await harness.alerts();
    expect(full).toMatchObject({ inhibitedBy: targetDown?.id, inhibitedByTitle: 'TargetDown on engine-a' });
  });
});

describe('a restart of the collector', () => {
  it('keeps `for`, the episode and its id', async () => {
    harness = await createAlertHarness(database.pool, [{ ...FULL, forMs: 20_000 }]);
    const target = await harness.addTarget(SETTINGS);
    for (let i = 0; i < 5; i++) {
      await target.poll(START + i * POLL, kv(0.95));
      await harness.restart();
    }
    const alerts = await harness.alerts();
    expect(alerts.map((alert) => alert.firedAtMs)).toEqual([START + 4 * POLL]);
    expect(await harness.timeline(alerts[0]?.id ?? 0)).toEqual(['pending', 'firing']);
  });
});

describe('flapping', () => {
  it('of 40 crossings in 20 minutes sends at most two messages and is marked', async () => {
    const crossing = Array.from({ length: 240 }, (_, i) => (Math.floor(i / 6) % 2 === 0 ? 0.95 : 0.5));
    await run([{ ...FULL, keepFiringMs: 120_000 }], crossing);
    const alerts = await harness.alerts();
    expect(alerts.length).toBe(1);
    expect(alerts[0]).toMatchObject({ flapping: true, resolvedAtMs: null });
    expect(alerts[0]?.changes).toBeGreaterThan(30);
  }, 120_000);
});
