import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadFleet } from '#lib/db/fleet-state.ts';
import { loadRunSignals } from '#lib/db/run-signals.ts';
import { saveBatchListing } from '#lib/db/save-batch-listing.ts';
import type { ApiBatch } from '#lib/runs/api-batch.ts';
import { BatchProblems } from '#lib/scrape/batch-api/batch-problems.ts';
import { readBatchList } from '#lib/scrape/batch-api/read-batch-list.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { getRunView, listRunViews } from '#lib/service/runs.ts';
import { engineReading, pushPolls, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { listOf, OPENAI_RUNNING } from '#tests/scrape/batch-api/batch-answers.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const MINUTE = 60_000;
const START_MS = 1_795_000_000_000;
const at = (minute: number): number => START_MS + minute * MINUTE;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  service = serviceContext(database.pool, START_MS);
});
afterAll(() => database.drop());

let service: ServiceContext;
const contextAt = (minute: number): ServiceContext => ({ ...service, clock: () => at(minute) });

async function batchTarget(name: string, labels: Record<string, string> = {}): Promise<number> {
  const settings = { ...SETTINGS, name, source: 'openai-batch' as const, url: 'http://127.0.0.1:1/v1', labels };
  return (await service.targets.create(settings, 'api')).id;
}

const seconds = (minute: number): number => at(minute) / 1000;
const entry = (id: string, patch: object) => ({
  ...OPENAI_RUNNING,
  id,
  metadata: null,
  created_at: seconds(0),
  in_progress_at: seconds(0),
  expires_at: seconds(120),
  ...patch,
});
const counts = (completed: number, failed = 0) => ({ request_counts: { total: 100, completed, failed } });

function batchesOf(...entries: readonly object[]): readonly ApiBatch[] {
  const result = readBatchList(listOf(...entries), new BatchProblems());
  return result.ok ? result.page.batches : [];
}
const save = (targetId: number, minute: number, ...entries: readonly object[]) =>
  saveBatchListing(database.pool, null, { targetId, atMs: at(minute), batches: batchesOf(...entries) });

async function runsOf(name: string, minute: number) {
  const context = contextAt(minute);
  const { items } = await listRunViews(context, { origin: 'batch-api', limit: 200 });
  return Promise.all(
    items.filter((run) => run.createdBy === `batch API ${name}`).map((run) => getRunView(context, run.id)),
  );
}

describe('what a batch API lists becomes runs', () => {
  it('batches follow each other into one run, which finishes half an hour after the last', async () => {
    const id = await batchTarget('a');
    await save(id, 1, entry('b1', counts(10)));
    await save(id, 11, entry('b1', { ...counts(100), status: 'completed', completed_at: seconds(10) }));
    const b1 = entry('b1', { ...counts(100), status: 'completed', completed_at: seconds(10) });
    const b2 = entry('b2', { ...counts(1), created_at: seconds(12), in_progress_at: seconds(13) });
    await save(id, 14, b2, b1);
    const [open] = await runsOf('a', 14);
    expect(open).toMatchObject({
      state: 'running',
      startedAtMs: at(0),
      batches: [
        {
          number: 1,
          externalId: 'b1',
          name: 'b1',
          state: 'finished',
          startedAtMs: at(0),
          endedAtMs: at(10),
          completed: 100,
        },
        { number: 2, externalId: 'b2', state: 'running', submittedAtMs: at(12), startedAtMs: at(13), completed: 1 },
      ],
    });
    const ended = { ...b2, ...counts(97, 3), status: 'completed', completed_at: seconds(20) };
    await save(id, 21, ended, b1);
    await save(id, 49, ended, b1);
    expect((await runsOf('a', 49))[0]?.state).toBe('running');
    await save(id, 50, ended, b1);
    const [finished, ...others] = await runsOf('a', 50);
    expect(others).toEqual([]);
    expect(finished).toMatchObject({ state: 'finished', finishedAtMs: at(20) });
    expect(finished?.batches[1]).toMatchObject({ completed: 97, failed: 3, successRatio: 0.97, promptTokens: 1000 });
    await save(id, 60, entry('b3', { created_at: seconds(59), in_progress_at: null, status: 'validating' }), ended, b1);
    expect((await runsOf('a', 60)).map((run) => [run.state, run.batches.map((batch) => batch.state)])).toEqual([
      ['running', ['waiting']],
      ['finished', ['finished', 'finished']],
    ]);
  });

  it('the same list told twice, and an older one told late, change nothing', async () => {
    const id = await batchTarget('b');
    const dump = async () =>
      (
        await database.pool.query(
          'SELECT * FROM run_batch b JOIN run_batch_watch w USING (run_id, number) WHERE target_id = $1',
          [id],
        )
      ).rows;
    await save(id, 1, entry('x', counts(10)));
    await save(id, 2, entry('x', counts(20)));
    const before = await dump();
    await save(id, 2, entry('x', counts(20)));
    await save(id, 1, entry('x', counts(10)));
    expect(await dump()).toEqual(before);
    expect(before).toHaveLength(1);
  });

  it('a removed run stays removed, and what comes after it is another run', async () => {
    const id = await batchTarget('c');
    await save(id, 1, entry('x', counts(10)));
    await database.pool.query('UPDATE run SET removed_at_ms = 1 WHERE created_by = $1', ['batch API c']);
    await save(id, 2, entry('x', counts(20)));
    expect(await runsOf('c', 2)).toEqual([]);
    await save(id, 3, entry('y', counts(1)), entry('x', counts(30)));
    expect((await runsOf('c', 3)).map((run) => run.batches.map((batch) => batch.name))).toEqual([['y']]);
  });

  it('nothing is written for a target that another collector holds', async () => {
    const id = await batchTarget('d');
    await saveBatchListing(database.pool, '00000000-0000-0000-0000-000000000000', {
      targetId: id,
      atMs: at(1),
      batches: batchesOf(entry('x', counts(1))),
    });
    expect(await runsOf('d', 1)).toEqual([]);
  });

  it('hostile texts are stored as texts', async () => {
    const id = await batchTarget('e');
    const hostile = entry("';DROP TABLE run;--\0", {
      status: '<script>\ud800',
      model: '\0',
      metadata: { name: '<b>' },
    });
    await save(id, 1, hostile);
    await save(id, 2, hostile);
    const [run, ...others] = await runsOf('e', 2);
    expect(others).toEqual([]);
    expect(run?.batches).toMatchObject([{ name: '<b>', state: 'unknown', stateWord: '<script>\ufffd' }]);
  });
});

describe('a batch against its deadline', () => {
  it('progress and forecast follow its polls', async () => {
    const id = await batchTarget('f');
    for (let minute = 1; minute <= 10; minute += 1) await save(id, minute, entry('x', counts(minute)));
    const watch = async () =>
      (
        await database.pool.query(
          'SELECT w.* FROM run_batch_watch w JOIN run_batch b USING (run_id, number) WHERE b.target_id = $1',
          [id],
        )
      ).rows[0];
    expect(await watch()).toMatchObject({
      created_ms: at(0),
      expires_ms: at(120),
      eta_ms: at(100),
      model: 'qwen',
      forecast: { risk: 'on time', progressRatio: 0.1 },
    });
    expect((await runsOf('f', 10))[0]?.batches[0]?.forecast).toMatchObject({
      progressRatio: 0.1,
      etaMs: at(100),
      expiresAtMs: at(120),
      risk: 'on time',
      atMs: at(10),
    });
    await save(id, 40, entry('x', counts(11)));
    expect((await watch()).forecast).toMatchObject({ risk: 'late' });
    await save(id, 41, entry('x', { ...counts(11), status: 'cancelled', cancelled_at: seconds(41) }));
    expect(await watch()).toMatchObject({ eta_ms: null, forecast: null, last_seen_ms: at(41) });
  });
});

describe('rules about runs', () => {
  const figures = async (engine: string, minute: number) => {
    const context = contextAt(minute);
    const fleet = await loadFleet(context);
    const id = fleet.subjects.find((subject) => subject.name.startsWith(engine))?.id ?? 0;
    return (await loadRunSignals(context, fleet)).get(id)?.figures;
  };

  it('read age and forecast of a batch API, and not that its batches differ in speed', async () => {
    const id = await batchTarget('i', { host: 'gpu-88' });
    const engine = { ...SETTINGS, name: 'engine-88', labels: { host: 'gpu-88' } };
    await pushPolls(database.pool, engine, [{ atMs: at(1), readings: [engineReading({ model: 'm' })] }]);
    const done = (name: string, from: number, to: number) =>
      entry(name, {
        ...counts(100),
        status: 'completed',
        created_at: seconds(from),
        in_progress_at: seconds(from),
        completed_at: seconds(to),
      });
    const before = [done('a', 0, 2), done('b', 2, 6), done('c', 6, 16)];
    const slow = (completed: number) =>
      entry('d', { ...counts(completed), created_at: seconds(16), in_progress_at: seconds(16) });
    await save(id, 20, slow(0), ...before);
    for (let minute = 21; minute <= 60; minute += 1)
      await save(id, minute, slow(minute < 30 ? 0 : minute - 29), ...before);
    expect(await figures('engine-88', 60)).toMatchObject({
      'success-ratio': 1,
      'throughput-variance': null,
      'throughput-falling': null,
      'open-age': 44 * 60,
      // 69 left at one a minute, as in the last half hour.
      'projected-duration': (60 + 69 - 16) * 60,
    });
  });

  it('read nothing of a run that was only found', async () => {
    await database.pool.query("UPDATE run SET origin = 'detected' WHERE created_by = 'batch API i'");
    expect(await figures('engine-88', 60)).toBeUndefined();
  });
});

describe('the engines of its runs', () => {
  it('are those on its host, and known once they are polled', async () => {
    const id = await batchTarget('g', { host: 'gpu-77' });
    await save(id, 1, entry('x', counts(1)));
    expect((await runsOf('g', 1))[0]).toMatchObject({ engines: [] });
    expect((await runsOf('g', 1))[0]?.batches[0]?.missing).toContain('the run has no engine, so nothing was counted');
    const engine = { ...SETTINGS, name: 'engine-77', labels: { host: 'gpu-77' } };
    await pushPolls(database.pool, engine, [{ atMs: at(2), readings: [engineReading({ model: 'qwen' })] }]);
    await save(id, 3, entry('x', counts(1)));
    expect((await runsOf('g', 3))[0]?.engines.map((each) => each.name)).toEqual(['engine-77 · qwen']);
  });

  it('or all of the same model', async () => {
    const id = await batchTarget('h');
    await save(id, 1, entry('x', counts(1)));
    expect((await runsOf('h', 1))[0]?.engines.map((each) => each.name)).toEqual(['engine-77 · qwen']);
  });
});
