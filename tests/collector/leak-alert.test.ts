import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadVerdictOfAlert, saveMemoryVerdicts } from '#lib/db/memory-verdicts.ts';
import type { LeakJudgement, LeakVerdict } from '#lib/detect/leak-judgement.ts';
import type { GpuReading } from '#lib/metrics/sample.ts';
import { BUILT_IN_RULES } from '#lib/rules/packs.ts';
import { type AlertHarness, createAlertHarness, type HarnessTarget } from '#tests/alert-harness.ts';
import { SETTINGS } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const MINUTE = 60_000;
const RULES = BUILT_IN_RULES.filter((rule) => ['VramLeak', 'VramTrendingToLimit'].includes(rule.id));

const GPU: GpuReading = {
  kind: 'gpu',
  uuid: '8f8a6b1e-0000-4000-8000-000000000001',
  mig: '',
  attributes: {},
  gauges: { used_bytes: 12e9, total_bytes: 24e9 },
  counters: {},
  processes: null,
  origins: {},
  lazyCounters: false,
};

const judgement = (verdict: LeakVerdict, hoursLeft: number): LeakJudgement => ({
  verdict,
  reason: 'test',
  floorsPer: 'window',
  floors: [],
  model: null,
  slopeMibPerHour: { estimate: 60, low: 55, high: 65 },
  slopeMibPerBatch: null,
  pValue: 0.0001,
  quantumBytes: 1024 ** 2,
  timeToLimit:
    verdict === 'leak'
      ? { known: true, expectedMs: hoursLeft * 3_600_000, earliestMs: hoursLeft * 3_000_000, latestMs: null }
      : { known: false, reason: `the verdict is ${verdict}` },
  reservedBytes: null,
  floorNowBytes: 12e9,
  aboveReservedBytes: null,
  restarts: [],
  warmUp: null,
  moreFloors: null,
});

let database: TestDatabase;
let harness: AlertHarness;
let target: HarnessTarget;
let atMs = START;

beforeAll(async () => {
  database = await createTestDatabase();
  harness = await createAlertHarness(database.pool, RULES);
  target = await harness.addTarget({ ...SETTINGS, name: 'gpu-01', source: 'nvidia-gpu-exporter', intervalMs: MINUTE });
  await target.poll(atMs, [GPU]);
});
afterAll(async () => {
  await harness.stop();
  await database.drop();
});

async function judged(verdict: LeakVerdict, hoursLeft = 200): Promise<void> {
  const { rows } = await database.pool.query<{ id: number }>('SELECT id FROM subject');
  const subjectId = rows[0]?.id ?? -1;
  const verdicts = [{ subjectId, judgedAtMs: atMs, judgement: judgement(verdict, hoursLeft), attribution: null }];
  await saveMemoryVerdicts(database.pool, verdicts);
}

/** Polls once a minute; with a verdict, it comes anew every five minutes. */
async function pass(minutes: number, verdict: LeakVerdict | null = null, hoursLeft?: number): Promise<void> {
  for (let i = 0; i < minutes; i++) {
    if (verdict !== null && i % 5 === 0) await judged(verdict, hoursLeft);
    atMs += MINUTE;
    await target.poll(atMs, [GPU]);
  }
}

const alertOf = async (rule: string) => (await harness.alerts()).findLast((alert) => alert.ruleId === rule);

describe('VramLeak', () => {
  it('is silent before the first verdict, and while nothing leaks', async () => {
    await pass(3);
    await pass(20, 'inconclusive');
    await pass(10, 'load-driven');
    await pass(10, 'plateau');
    await pass(10, 'none');
    expect((await harness.alerts()).filter((alert) => alert.firedAtMs !== null)).toEqual([]);
  });

  it('fires with the verdict, and the limit of a day only when it is near', async () => {
    await pass(5, 'leak', 200);
    expect((await alertOf('VramLeak'))?.firedAtMs).toBeGreaterThan(0);
    expect((await alertOf('VramTrendingToLimit'))?.firedAtMs ?? null).toBeNull();
    await pass(5, 'leak', 20);
    expect((await alertOf('VramTrendingToLimit'))?.firedValue).toBeCloseTo(20 * 3600 - 60, -2);
  });

  it('goes on firing without data when no verdict comes any more', async () => {
    await pass(20);
    const alert = await alertOf('VramLeak');
    expect(alert?.resolvedAtMs).toBeNull();
    expect(alert?.data).toBe('no-data');
    expect(alert?.dataReason).toContain('vram_leak_verdict');
  });

  it('a verdict that wavers for ten minutes is no recovery; half an hour without a leak is', async () => {
    await pass(10, 'leak', 20);
    await pass(10, 'inconclusive');
    await pass(10, 'leak', 20);
    expect((await alertOf('VramLeak'))?.resolvedAtMs).toBeNull();
    await pass(40, 'none');
    expect((await alertOf('VramLeak'))?.resolvedAtMs).not.toBeNull();
    // The evidence of then, not the newest verdict, which says that nothing leaks.
    const kept = await loadVerdictOfAlert(database.pool, (await alertOf('VramLeak'))?.id ?? -1);
    expect(kept?.leak).toMatchObject({ verdict: 'leak', slopeMibPerHour: { estimate: 60 } });
    expect(kept?.judgedAtMs).toBeLessThanOrEqual((await alertOf('VramLeak'))?.firedAtMs ?? 0);
    expect((await alertOf('VramTrendingToLimit'))?.resolvedAtMs).not.toBeNull();
    expect((await harness.alerts()).filter((alert) => alert.ruleId === 'VramLeak')).toHaveLength(1);
  });
});
