import { afterAll, beforeAll, expect, it } from 'vitest';
import { BatchInput, RunInput } from '#lib/api/runs.ts';
import { loadLeakTexts } from '#lib/db/memory-verdicts.ts';
import type { GpuReading } from '#lib/metrics/sample.ts';
import { REPORT_BATCH_RULES } from '#lib/rules/packs/reports-batches.ts';
import { getAlertView } from '#lib/service/alert-detail.ts';
import { beginBatch } from '#lib/service/edit-batch.ts';
import { createRun } from '#lib/service/edit-run.ts';
import { type AlertHarness, createAlertHarness, type HarnessTarget } from '#tests/alert-harness.ts';
import { ANNA } from '#tests/alert-rows.ts';
import { engineReading, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const EVERY = 5000;
const MINUTE = 60_000;
const GIB = 1024 ** 3;
const BATCHES = 4;

let database: TestDatabase;
let harness: AlertHarness;
let engine: HarnessTarget;
let gpu: HarnessTarget;
beforeAll(async () => {
  database = await createTestDatabase();
  harness = await createAlertHarness(database.pool, REPORT_BATCH_RULES);
  engine = await harness.addTarget({ ...SETTINGS, intervalMs: EVERY });
  gpu = await harness.addTarget({ ...SETTINGS, name: 'gpu-01', source: 'nvidia-gpu-exporter', intervalMs: EVERY });
});
afterAll(async () => {
  await harness.stop();
  await database.drop();
});

const card = (usedBytes: number): GpuReading => ({
  kind: 'gpu',
  uuid: '8f8a6b1e-0000-4000-8000-000000000002',
  mig: '',
  attributes: { index: '0' },
  gauges: { used_bytes: usedBytes, total_bytes: 24 * GIB },
  counters: {},
  processes: null,
  origins: {},
  lazyCounters: false,
});

/** A minute idle, then a minute of work in turn; 0.2 GiB stay behind after every batch. */
async function poll(atMs: number): Promise<void> {
  const minutes = Math.floor((atMs - START) / MINUTE);
  const ended = Math.min(BATCHES, minutes >> 1);
  const running = minutes % 2 === 1 && minutes < 2 * BATCHES ? 8 : 0;
  await gpu.poll(atMs, [card(10 * GIB + ended * 0.2 * GIB)]);
  await engine.poll(atMs, [
    engineReading({ gauges: { running_requests: running, waiting_requests: 0 }, counters: { finished_stop: minutes } }),
  ]);
}

it('memory that a run kept alerts with the leak verdict of the run and how long until the limit', async () => {
  const endMs = START + (2 * BATCHES + 1) * MINUTE;
  for (let atMs = START; atMs <= endMs; atMs += EVERY) await poll(atMs);
  const context = serviceContext(database.pool, endMs);
  const run = await createRun(context, ANNA, RunInput.parse({ name: 'night', startedAtMs: START }));
  for (let i = 0; i < BATCHES; i++) {
    const startedAtMs = START + (2 * i + 1) * MINUTE;
    await beginBatch(context, ANNA, run.id, BatchInput.parse({ startedAtMs, endedAtMs: startedAtMs + MINUTE }));
  }
  await poll(endMs + MINUTE);
  const [alert] = await harness.alerts();
  expect(alert).toMatchObject({ ruleId: 'BatchVramLeak', resolvedAtMs: null });
  expect(alert?.firedValue).toBeCloseTo(BATCHES * 0.2 * GIB, -6);
  const id = alert?.id ?? -1;
  expect((await getAlertView(context, id)).run).toEqual({ id: run.id, name: 'night' });
  // 13.2 GiB are left, at 0.2 GiB in two minutes.
  expect((await loadLeakTexts(database.pool, [id])).get(id)).toMatch(
    /^leak, 205 MiB\/batch \(95 %: .* to .*\), at its limit in about 2 h \d+ min, between .* and /,
  );
});
