import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { detectBatches, stopDetecting } from '#lib/collector/batch-detector.ts';
import { insertFoundRun } from '#lib/db/batch-listing-writes.ts';
import { getRunView, listRunViews } from '#lib/service/runs.ts';
import { serviceContext } from '#tests/engine-polls.ts';
import { type PlayedBatch, playBatches } from '#tests/play-batches.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const MINUTE = 60_000;
const EVERY_MS = 5000;
const START_MS = 1_795_000_020_000;

let database: TestDatabase;
let played: { readonly batches: readonly PlayedBatch[]; readonly endMs: number };
beforeAll(async () => {
  database = await createTestDatabase();
  played = await playBatches(database.pool, 'multi_batch_reloading', { startMs: START_MS, everyMs: EVERY_MS });
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('TRUNCATE run, run_batch, engine_activity CASCADE'));

/** A look every minute, as the collector does; each of them twice, as after a restart in between. */
async function look(fromMs: number, toMs: number): Promise<void> {
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += MINUTE) {
    await detectBatches(database.pool, nowMs);
    await detectBatches(database.pool, nowMs);
  }
}

async function runsAt(nowMs: number) {
  const context = serviceContext(database.pool, nowMs);
  const { items } = await listRunViews(context, { origin: 'detected', limit: 50 });
  return Promise.all(items.map((run) => getRunView(context, run.id)));
}

describe('batches that nobody told of', () => {
  it('are one run once the third has ended, with their times and what the engine counted', async () => {
    await look(START_MS, (played.batches[1]?.endedAtMs ?? 0) + 2 * MINUTE);
    expect(await runsAt(played.endMs)).toEqual([]);
    await look((played.batches[1]?.endedAtMs ?? 0) + 2 * MINUTE, played.endMs + MINUTE);
    const [run, ...others] = await runsAt(played.endMs + MINUTE);
    expect(others).toEqual([]);
    expect(run).toMatchObject({ state: 'running', kind: 'multi-batch', createdBy: 'Headroom', batchCount: 3 });
    expect(run?.batches.map((batch) => batch.name)).toEqual(['batch 1', 'batch 2', 'batch 3']);
    for (const [i, batch] of (run?.batches ?? []).entries()) {
      // The engine of batches 2 and 3 starts anew first, so that it is at work only later.
      expect(Math.abs(batch.startedAtMs - (played.batches[i]?.startedAtMs ?? 0))).toBeLessThanOrEqual(45_000);
      expect(Math.abs((batch.endedAtMs ?? 0) - (played.batches[i]?.endedAtMs ?? 0))).toBeLessThanOrEqual(2 * EVERY_MS);
      expect(batch.completed).toBeGreaterThan(400);
    }
  });

  it('the run finishes half an hour after the last, though the engine is not polled any more', async () => {
    await look(START_MS, played.endMs + 40 * MINUTE);
    const [run] = await runsAt(played.endMs + 40 * MINUTE);
    expect(run).toMatchObject({ state: 'finished', finishedAtMs: run?.batches[2]?.endedAtMs });
  });

  it('are not looked for any more once that is switched off: the run ends with its last batch, and stays', async () => {
    await look(START_MS, played.endMs + MINUTE);
    await stopDetecting(database.pool);
    const [run, ...others] = await runsAt(played.endMs + MINUTE);
    expect(others).toEqual([]);
    expect(run).toMatchObject({ state: 'finished', batchCount: 3, finishedAtMs: run?.batches[2]?.endedAtMs });
    expect((await database.pool.query('SELECT FROM engine_activity')).rowCount).toBe(0);
  });

  it('are left to whoever tells of them', async () => {
    const { rows } = await database.pool.query<{ id: number }>("SELECT id FROM subject WHERE kind = 'engine'");
    await insertFoundRun(database.pool, {
      name: 'told',
      origin: 'batch-api',
      engineIds: rows.map((row) => row.id),
      notes: '',
      startedMs: START_MS + 5 * MINUTE,
      finishedMs: null,
      createdBy: 'test',
      nowMs: START_MS,
    });
    await look(START_MS, played.endMs + MINUTE);
    expect(await runsAt(played.endMs + MINUTE)).toEqual([]);
  });

  it('a removed run stays removed', async () => {
    await look(START_MS, played.endMs + MINUTE);
    await database.pool.query('UPDATE run SET removed_at_ms = 1');
    await look(played.endMs + MINUTE, played.endMs + 5 * MINUTE);
    expect(await runsAt(played.endMs + 5 * MINUTE)).toEqual([]);
  });
});
