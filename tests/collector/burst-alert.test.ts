import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILT_IN_RULES } from '#lib/rules/packs.ts';
import { getBurstView, listBurstViews } from '#lib/service/bursts.ts';
import { currentValues } from '#lib/service/current.ts';
import { type AlertHarness, createAlertHarness, type HarnessTarget } from '#tests/alert-harness.ts';
import { engineReading, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const RULES = BUILT_IN_RULES.filter((rule) => ['SlowBurstRecovery', 'BurstNotRecovered'].includes(rule.id));

let database: TestDatabase;
let harness: AlertHarness;
let target: HarnessTarget;
let second = 0;
let finished = 0;
let waiting = 0;
let missedS = 0;

/** Polls of an engine to which `rps` requests come, until so many wait; a failed poll without. */
async function polls(count: number, stepS: number, now: { rps: number; waiting: number } | null): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    second += stepS;
    if (now === null) {
      missedS += stepS;
      await target.poll(START + second * 1000, null);
      continue;
    }
    finished += now.rps * (stepS + missedS) - (now.waiting - waiting);
    [waiting, missedS] = [now.waiting, 0];
    const reading = engineReading({
      gauges: { running_requests: 8, waiting_requests: waiting, kv_usage_ratio: 0.2 },
      counters: { finished_stop: finished, finished_abort: 0, generation_tokens: finished * 40 },
    });
    await target.poll(START + second * 1000, [reading]);
  }
}

const states = async (): Promise<(string | null)[][]> =>
  (await harness.alerts()).map((alert) => [alert.ruleId, alert.firedAtMs === null ? null : 'fired', alert.endReason]);

beforeAll(async () => {
  database = await createTestDatabase();
  harness = await createAlertHarness(database.pool, RULES);
  target = await harness.addTarget({ ...SETTINGS, intervalMs: 5000, baselineRps: 20 });
  await polls(24, 5, { rps: 20, waiting: 0 });
});
afterAll(async () => {
  await harness.stop();
  await database.drop();
});

describe('a burst on an engine', () => {
  const context = () => serviceContext(database.pool, START + second * 1000);
  const list = async () =>
    (await listBurstViews(context(), { subject: [], from: 'now-1h', to: 'now', limit: 10 })).items;

  it('is stored while it lasts, and goes on where it was after a restart of the collector', async () => {
    await polls(6, 1, { rps: 320, waiting: 300 });
    const [before] = await list();
    expect(before?.burst).toMatchObject({ verdict: 'ongoing', isOpen: true, usualRps: 20, queuePeak: 300 });
    await harness.restart();
    await polls(4, 1, { rps: 320, waiting: 500 });
    const after = await list();
    expect(after).toHaveLength(1);
    expect(after[0]?.id).toBe(before?.id);
    expect(after[0]?.burst).toMatchObject({ verdict: 'ongoing', queuePeak: 500, start: before?.burst.start });
    expect(await harness.alerts()).toEqual([]);
  });

  it('fires when it has not recovered after six seconds, and a failed poll does not end that', async () => {
    await polls(6, 1, { rps: 20, waiting: 200 });
    expect(await harness.alerts()).toEqual([]);
    await polls(2, 1, { rps: 20, waiting: 200 });
    expect(await states()).toEqual([['SlowBurstRecovery', 'fired', null]]);
    await polls(1, 5, null);
    expect(await states()).toEqual([['SlowBurstRecovery', 'fired', null]]);
  });

  it('recovers with its time, its ± and its polls', async () => {
    await polls(35, 1, { rps: 20, waiting: 0 });
    const [view] = await list();
    expect(view?.burst).toMatchObject({ verdict: 'recovered', isOpen: false, last: 'waiting', plusMinusMs: 6000 });
    const detail = await getBurstView(context(), view?.id ?? 0);
    const high = detail.points.waiting.filter((waiting) => waiting === 500).length;
    expect(high).toBe(4);
    expect(detail.points.t).toHaveLength(detail.points.arrivalRps.length);
    const current = await currentValues(context(), { signals: 'burst_recovery,burst_verdict', subject: [] });
    const recovery = current.items.find((item) => item.signal === 'burst_recovery');
    expect(recovery?.value).toBeCloseTo((view?.burst.recoveryMs ?? 0) / 1000, 6);
  });

  it('speaks for ten minutes more, then its alert ends', async () => {
    await polls(60, 11, { rps: 20, waiting: 0 });
    expect(await states()).toEqual([['SlowBurstRecovery', 'fired', 'absent']]);
  });

  it('fires as not recovered ten minutes after its load', async () => {
    await polls(8, 1, { rps: 420, waiting: 400 });
    await polls(62, 10, { rps: 20, waiting: 400 });
    expect(await states()).toContainEqual(['BurstNotRecovered', 'fired', null]);
  });
});
