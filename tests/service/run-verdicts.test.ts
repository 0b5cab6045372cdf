import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunDetail, RunInput } from '#lib/api/runs.ts';
import { beginBatch } from '#lib/service/edit-batch.ts';
import { createRun } from '#lib/service/edit-run.ts';
import { getRunView } from '#lib/service/runs.ts';
import { ANNA } from '#tests/alert-rows.ts';
import { serviceContext } from '#tests/engine-polls.ts';
import { playBatches } from '#tests/play-batches.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const MIB = 1024 ** 2;

/** Plays a scenario, tells of it afterwards as a client would, and judges it. */
async function judged(database: TestDatabase, id: string): Promise<RunDetail> {
  const { batches, endMs, target } = await playBatches(database.pool, id, { startMs: START, everyMs: 5000 });
  const context = serviceContext(database.pool, endMs);
  const input = RunInput.parse({
    name: id,
    targets: [target],
    startedAtMs: START,
    finishedAtMs: endMs,
    expectation: { requestsPerSecond: 1.5 },
  });
  const run = await createRun(context, ANNA, input);
  for (const batch of batches) await beginBatch(context, ANNA, run.id, { ...batch, notes: '' });
  return getRunView(context, run.id);
}

const CASES = [
  { id: 'multi_batch_steady', headline: 'steady', fails: [] },
  {
    id: 'multi_batch_leaking',
    headline: /^leak: 154 MiB per batch on .*GPU 0$/,
    fails: ['total VRAM delta', 'VRAM trend'],
  },
  {
    id: 'multi_batch_degrading',
    headline: /^degrading: 2\d(\.\d)?%$/,
    fails: ['throughput variance', 'throughput degradation'],
  },
  {
    id: 'multi_batch_reloading',
    headline: 'reloaded: batches 2, 3',
    fails: ['throughput variance', 'model reload delay'],
  },
];

describe.each(CASES)("report 003's $id, stored as polls store it", ({ id, headline, fails }) => {
  let database: TestDatabase;
  let run: RunDetail;
  beforeAll(async () => {
    database = await createTestDatabase();
    run = await judged(database, id);
  }, 120_000);
  afterAll(() => database.drop());

  it(`comes out as ${headline}`, () => {
    expect(run.headline).toMatch(headline);
    expect(run.outcome).toBe(fails.length === 0 ? 'pass' : 'fail');
    const states = run.criteria.map(({ check, state }) => [check, state]);
    const expected = run.criteria.map(({ check }) => [check, fails.includes(check) ? 'fail' : 'pass']);
    expect(states).toEqual(expected);
  });

  it('everything of every batch is measured', () => {
    for (const batch of run.batches) {
      expect(batch.missing).toEqual([]);
      const { stateWord: _word, externalId: _id, submittedAtMs: _submitted, ...numbers } = batch;
      expect(Object.entries(numbers).filter(([, value]) => value === null)).toEqual([]);
      expect(batch.completed).toBeGreaterThan(450);
      expect(batch.requestsPerSecond).toBeCloseTo((batch.completed ?? 0) / ((batch.durationMs ?? 0) / 1000), 9);
    }
  });

  it('memory is what the report has: 10.35 GB, and what a leak adds', () => {
    const [gpu] = run.gpus;
    const leaked = id === 'multi_batch_leaking' ? 4 * 154 * MIB : 0;
    expect((gpu?.startBytes ?? 0) / 1024 ** 3).toBeCloseTo(10.35, 2);
    expect(gpu?.deltaBytes).toBe(leaked);
    expect(gpu?.leak.verdict).toBe(leaked > 0 ? 'leak' : 'none');
    expect(gpu?.leak.timeToLimit.known).toBe(leaked > 0);
  });
});
