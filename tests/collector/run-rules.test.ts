import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BatchInput, RunInput } from '#lib/api/runs.ts';
import { keepMeasurements } from '#lib/collector/keep-measurements.ts';
import { LayoutStore } from '#lib/db/layouts.ts';
import { REPORT_BATCH_RULES } from '#lib/rules/packs/reports-batches.ts';
import { beginBatch, patchBatch } from '#lib/service/edit-batch.ts';
import { createRun, finishRun } from '#lib/service/edit-run.ts';
import { type AlertHarness, createAlertHarness, type HarnessTarget } from '#tests/alert-harness.ts';
import { ANNA } from '#tests/alert-rows.ts';
import { engineReading, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let database: TestDatabase;
let harness: AlertHarness;
let target: HarnessTarget;
beforeAll(async () => {
  database = await createTestDatabase();
  harness = await createAlertHarness(database.pool, REPORT_BATCH_RULES);
  target = await harness.addTarget(SETTINGS);
  await poll(START);
});
afterAll(async () => {
  await harness.stop();
  await database.drop();
});

const poll = (atMs: number) =>
  target.poll(atMs, [
    engineReading({ gauges: { running_requests: 1 }, counters: { finished_stop: (atMs - START) / 1000 } }),
  ]);
const at = (nowMs: number) => serviceContext(database.pool, nowMs);
const open = async (): Promise<string[]> =>
  (await harness.alerts()).filter((alert) => alert.resolvedAtMs === null).map((alert) => alert.ruleId);

describe('rules about runs', () => {
  it('fire on the engine of the newest run, and end a day after it has finished', async () => {
    const run = await createRun(at(START), ANNA, RunInput.parse({ name: 'night' }));
    const begin = (nowMs: number) => beginBatch(at(nowMs), ANNA, run.id, BatchInput.parse({}));
    await begin(START + MINUTE);
    await poll(START + 2 * MINUTE);
    expect(await open()).toEqual([]);
    const reported = { total: 3000, completed: 60, failed: 1 };
    await patchBatch(at(START + 2 * MINUTE), ANNA, { runId: run.id, number: 1 }, { reported });
    await poll(START + 3 * MINUTE);
    expect(await open()).toEqual(['BatchFailures']);
    await poll(START + 20 * HOUR + MINUTE);
    expect((await open()).sort()).toEqual(['BatchFailures', 'BatchSlaAt20h', 'BatchSlaForecast']);
    await finishRun(at(START + 21 * HOUR), ANNA, run.id, {});
    await poll(START + 21 * HOUR + MINUTE);
    await poll(START + 21 * HOUR + 30 * MINUTE);
    expect(await open()).toEqual(['BatchFailures']);
    await poll(START + 46 * HOUR);
    expect(await open()).toEqual([]);
    const ended = (await harness.alerts()).map(({ ruleId, endReason }) => [ruleId, endReason]);
    expect(ended).toContainEqual(['BatchFailures', 'absent']);
    expect(ended).toContainEqual(['BatchSlaAt20h', 'recovered']);
  }, 60_000);
});

describe('what is measured of a batch', () => {
  it('is kept by the collector although nobody looks at the run', async () => {
    const context = { pool: database.pool, layouts: new LayoutStore(database.pool) };
    const log = { info: () => {}, warn: fail, error: fail };
    const kept = async () => (await database.pool.query('SELECT measured IS NOT NULL AS kept FROM run_batch')).rows;
    await database.pool.query('UPDATE run_batch SET measured = NULL');
    await keepMeasurements(context, log, START + 21 * HOUR + 5 * MINUTE);
    expect(await kept()).toEqual([{ kept: false }]);
    await keepMeasurements(context, log, START + 21 * HOUR + 12 * MINUTE);
    expect(await kept()).toEqual([{ kept: true }]);
  });
});

function fail(text: string): never {
  throw new Error(text);
}
