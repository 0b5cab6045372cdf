import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BatchInput, RunInput, RunsQuery } from '#lib/api/runs.ts';
import type { Reading } from '#lib/metrics/sample.ts';
import { reportCsv } from '#lib/runs/report-csv.ts';
import { beginBatch, patchBatch } from '#lib/service/edit-batch.ts';
import { createRun, deleteRun, finishRun, patchRun } from '#lib/service/edit-run.ts';
import { runReport } from '#lib/service/run-report.ts';
import { getRunView, listRunViews } from '#lib/service/runs.ts';
import { seriesOf } from '#lib/service/series.ts';
import { ANNA, KIM } from '#tests/alert-rows.ts';
import { engineReading, pushPolls, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const POLL = 5000;
const GIB = 1024 ** 3;
/** Two batches of two minutes, a minute of idle time before, between and after. */
const BATCHES = [
  { startedAtMs: START + MINUTE, endedAtMs: START + 3 * MINUTE },
  { startedAtMs: START + 4 * MINUTE, endedAtMs: START + 6 * MINUTE },
];
const END = START + 7 * MINUTE;
const RPS = 2;

const busyMs = (atMs: number): number =>
  BATCHES.reduce((sum, { startedAtMs, endedAtMs }) => {
    return sum + Math.max(0, Math.min(atMs, endedAtMs) - startedAtMs);
  }, 0);
const isBusy = (atMs: number): boolean => BATCHES.some((batch) => atMs > batch.startedAtMs && atMs < batch.endedAtMs);

function engineAt(atMs: number): Reading {
  const done = (busyMs(atMs) / 1000) * RPS;
  return engineReading({
    gauges: { running_requests: isBusy(atMs) ? 4 : 0, waiting_requests: 0, process_start_s: START / 1000 - 600 },
    counters: {
      finished_stop: done * 0.9,
      finished_length: done * 0.1,
      finished_abort: 0,
      finished_error: 0,
      prompt_tokens: done * 100,
      prompt_tokens_cached: done * 25,
      generation_tokens: done * 50,
      prefix_queries: done * 100,
      prefix_hits: done * 25,
    },
    histograms: {
      e2e_s: { bounds: [1, Number.POSITIVE_INFINITY], cumulative: Float64Array.of(0, done), sum: done * 1.5 },
    },
  });
}

function gpuAt(atMs: number): Reading {
  const used = (isBusy(atMs) ? 12 : 10) * GIB + (atMs > START + 3 * MINUTE ? 0.25 * GIB : 0);
  return {
    kind: 'gpu',
    uuid: 'aaaa',
    mig: '',
    attributes: { index: '0' },
    gauges: { used_bytes: used, total_bytes: 24 * GIB },
    counters: {},
    processes: [{ pid: '77', name: '=VLLM::EngineCore', usedBytes: used - GIB }],
    origins: {},
    lazyCounters: false,
  };
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const times = Array.from({ length: (END - START) / POLL + 1 }, (_, i) => START + i * POLL + 1234);
  const push = (name: string, reading: (atMs: number) => Reading) =>
    pushPolls(
      database.pool,
      { ...SETTINGS, name },
      times.map((atMs) => ({ atMs, readings: [reading(atMs)] })),
    );
  await push('vllm', engineAt);
  await push('exporter', gpuAt);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('TRUNCATE run, audit RESTART IDENTITY CASCADE');
});

const at = (nowMs: number) => serviceContext(database.pool, nowMs);
const create = (more: object = {}, nowMs = END) =>
  createRun(at(nowMs), ANNA, RunInput.parse({ name: 'nightly', startedAtMs: START, ...more }));
const begin = (runId: number, input: object, nowMs = END) =>
  beginBatch(at(nowMs), ANNA, runId, BatchInput.parse(input));
const list = (query: object = {}) => listRunViews(at(END), RunsQuery.parse(query));

/** A run with both batches, told of afterwards. */
async function toldRun(more: object = {}) {
  const run = await create({ finishedAtMs: END, ...more });
  for (const batch of BATCHES) await begin(run.id, batch);
  return run.id;
}

describe('a run over stored samples', () => {
  it('has every number of its batches', async () => {
    const run = await getRunView(at(END), await toldRun());
    expect(run.batches.map(({ missing }) => missing)).toEqual([[], []]);
    expect(run.batches[0]).toMatchObject({
      name: 'batch 1',
      state: 'finished',
      durationMs: 120_000,
      total: 240,
      completed: 240,
      failed: 0,
      successRatio: 1,
      errors: {},
      promptTokens: 24_000,
      completionTokens: 12_000,
      cachedTokens: 6000,
      hitRatio: 0.25,
      requestsPerSecond: 2,
      tokensPerSecond: 100,
      crashes: 0,
      oomErrors: 0,
      reloadDelayMs: 0,
    });
    expect(run.batches[0]?.secondsPerRequest).toBeCloseTo(1.5, 6);
    expect(run.batches[0]?.memory).toEqual([
      {
        gpuId: 2,
        beforeBytes: 10 * GIB,
        afterBytes: 10.25 * GIB,
        deltaBytes: 0.25 * GIB,
        peakBytes: 12 * GIB,
        totalBytes: 24 * GIB,
      },
    ]);
    expect(run.totals).toMatchObject({
      requests: 480,
      completed: 480,
      failed: 0,
      successRatio: 1,
      durationMs: 240_000,
    });
    expect(run.gpus[0]).toMatchObject({ startBytes: 10 * GIB, endBytes: 10.25 * GIB, deltaBytes: 0.25 * GIB });
    expect(run.gpus[0]?.growers[0]).toMatchObject({ pid: '77', name: '=VLLM::EngineCore' });
  });

  it('what the client counted beats the counters; failures are what is left of its total', async () => {
    const id = await toldRun();
    await patchBatch(at(END), KIM, { runId: id, number: 1 }, { reported: { total: 250, completed: 245 } });
    await patchBatch(at(END), KIM, { runId: id, number: 1 }, { reported: { errors: { timeout: 5 } } });
    const run = await getRunView(at(END), id);
    expect(run.batches[0]).toMatchObject({ total: 250, completed: 245, failed: 5, errors: { timeout: 5 } });
    expect(run.batches[0]?.promptTokens).toBe(24_000);
    expect(run.headline).toBe('failures: 5 failed, batch 1');
    expect(run.outcome).toBe('fail');
  });

  it('more than all of the requests cannot be told, in one call or in two', async () => {
    const id = await toldRun();
    const told = (reported: object) => patchBatch(at(END), KIM, { runId: id, number: 1 }, { reported });
    await expect(told({ total: 10, completed: 8, failed: 3 })).rejects.toThrow(
      '8 completed and 3 failed are more than',
    );
    await told({ total: 10, completed: 8 });
    await expect(told({ failed: 3 })).rejects.toThrow('the total of 10');
    await told({ failed: 2 });
  });

  it('two batches back to back share the row in between, and add up to what was counted', async () => {
    const run = await create({ finishedAtMs: END });
    const middle = START + 2 * MINUTE;
    await begin(run.id, { startedAtMs: START + MINUTE, endedAtMs: middle });
    await begin(run.id, { startedAtMs: middle, endedAtMs: START + 3 * MINUTE });
    const { batches } = await getRunView(at(END), run.id);
    expect(batches.map((batch) => batch.completed)).toEqual([120, 120]);
    expect(batches[0]?.memory[0]?.afterBytes).toBeNull();
    expect(batches[0]?.missing).toEqual([
      'idle memory after it is not known: no 10 s without requests before the next batch',
    ]);
  });

  it('an expectation is judged, of speed and of memory', async () => {
    const id = await toldRun({ expectation: { requestsPerSecond: 3, vramBytes: 11 * GIB } });
    const failed = async () => {
      const { criteria } = await getRunView(at(END), id);
      return criteria.filter(({ state }) => state === 'fail').map(({ check }) => check);
    };
    expect(await failed()).toEqual(['VRAM against expectation', 'throughput against expectation']);
    await patchRun(at(END), ANNA, id, { expectation: { requestsPerSecond: 1.9, vramBytes: null } });
    expect(await failed()).toEqual([]);
  });

  it('is judged the same when its samples are gone', async () => {
    const id = await toldRun();
    const before = await getRunView(at(END + HOUR), id);
    const saved = await database.pool.query('SELECT measured IS NOT NULL AS kept FROM run_batch ORDER BY number');
    expect(saved.rows).toEqual([{ kept: true }, { kept: true }]);
    await database.pool.query('CREATE TABLE gone AS SELECT * FROM engine_sample');
    await database.pool.query('CREATE TABLE gone_gpu AS SELECT * FROM gpu_sample');
    await database.pool.query('DELETE FROM engine_sample');
    await database.pool.query('DELETE FROM gpu_sample');
    try {
      expect(await getRunView(at(END + HOUR), id)).toEqual(before);
      const other = await getRunView(at(END + HOUR), await toldRun());
      expect(other.batches[0]).toMatchObject({ completed: null, failed: null, crashes: null, reloadDelayMs: null });
      expect(other.batches[0]?.missing[0]).toMatch(/^no poll saw .* in this batch$/);
      expect(other.outcome).toBe('not measured');
    } finally {
      await database.pool.query('INSERT INTO engine_sample SELECT * FROM gone');
      await database.pool.query('INSERT INTO gpu_sample SELECT * FROM gone_gpu');
    }
  });

  it('a batch that runs has its numbers so far; its speed and memory are not judged', async () => {
    const run = await create({}, START + MINUTE);
    await begin(run.id, {}, START + MINUTE);
    const view = await getRunView(at(START + 2 * MINUTE), run.id);
    expect(view.batches[0]).toMatchObject({ state: 'running', endedAtMs: null, durationMs: null });
    expect(view.batches[0]?.completed).toBeGreaterThan(100);
    expect(view.criteria.filter(({ state }) => state === 'fail')).toEqual([]);
    expect(view.state).toBe('running');
  });
});

describe('what people and scripts do', () => {
  it('the next batch ends the one that runs, finishing ends the last; all of it is audited', async () => {
    const run = await create({}, START);
    await begin(run.id, { name: 'warm' }, START + MINUTE);
    await begin(run.id, {}, START + 2 * MINUTE);
    await patchBatch(at(START + 3 * MINUTE), KIM, { runId: run.id, number: 2 }, { end: true });
    await begin(run.id, {}, START + 4 * MINUTE);
    const done = await finishRun(at(START + 6 * MINUTE), KIM, run.id, {});
    expect(
      done.batches.map(({ name, startedAtMs, endedAtMs }) => [name, startedAtMs - START, (endedAtMs ?? 0) - START]),
    ).toEqual([
      ['warm', MINUTE, 2 * MINUTE],
      ['batch 2', 2 * MINUTE, 3 * MINUTE],
      ['batch 3', 4 * MINUTE, 6 * MINUTE],
    ]);
    await deleteRun(at(END), ANNA, run.id);
    await expect(getRunView(at(END), run.id)).rejects.toThrow(`no run ${run.id}`);
    const { rows } = await database.pool.query('SELECT actor, action FROM audit ORDER BY id');
    expect(rows.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      'Anna run.create',
      'Anna run.batch',
      'Anna run.batch',
      'Kim run.batch-update',
      'Anna run.batch',
      'Kim run.finish',
      'Anna run.delete',
    ]);
  });

  it.each([
    ['an unknown engine', () => create({ engines: [99] }), /no engine 99/],
    ['an unknown target', () => create({ targets: ['nobody'] }), /no engine of a target named nobody/],
    ['a run of the future', () => create({ startedAtMs: END + HOUR }), /startedAtMs: is in the future/],
    [
      'a run that ends before it begins',
      () => create({ finishedAtMs: START }),
      /finishedAtMs: must be after the start/,
    ],
    [
      'a batch before the run',
      () => create().then(({ id }) => begin(id, { startedAtMs: START - 1 })),
      /the run began at/,
    ],
    ['a batch of no run', () => begin(99, {}), /no run 99/],
    [
      'a batch over the one before',
      () => toldRun({ finishedAtMs: undefined }).then((id) => begin(id, { startedAtMs: START + 5 * MINUTE })),
      /batch 2 ended at/,
    ],
    ['a batch after the end', () => toldRun().then((id) => begin(id, {})), /has finished at/],
    [
      'a second end',
      () => toldRun().then((id) => patchBatch(at(END), ANNA, { runId: id, number: 1 }, { end: true })),
      /has ended already/,
    ],
    ['a second finish', () => toldRun().then((id) => finishRun(at(END), ANNA, id, {})), /has finished already/],
  ])('%s is refused', async (_, work, message) => {
    await expect(work()).rejects.toThrow(message);
  });

  it('the list is newest first, in pages, by filter, and keeps a verdict until something changes', async () => {
    const first = await toldRun();
    await listRunViews(at(END + HOUR), RunsQuery.parse({}));
    const kept = await database.pool.query('SELECT verdict FROM run');
    expect(kept.rows[0].verdict.headline).toBe((await list()).items[0]?.headline);
    await patchBatch(at(END), ANNA, { runId: first, number: 2 }, { reported: { failed: 3 } });
    expect((await list()).items[0]?.headline).toBe('failures: 3 failed, batch 2');
    const second = await create({ startedAtMs: START + MINUTE, name: 'later' });
    const page = await list({ limit: '1' });
    expect(page.items.map(({ id, batchCount, state }) => [id, batchCount, state])).toEqual([[second.id, 0, 'running']]);
    expect((await list({ limit: '1', cursor: page.nextCursor })).items.map(({ id }) => id)).toEqual([first]);
    expect((await list({ state: 'finished' })).items.map(({ id }) => id)).toEqual([first]);
    expect((await list({ engine: '1' })).items).toHaveLength(2);
    expect((await list({ engine: '2' })).items).toHaveLength(0);
    await expect(list({ cursor: 'x' })).rejects.toThrow(/cursor is not one/);
  });
});

describe('what else shows a run', () => {
  it.each([
    ['requests_per_second', 1],
    ['vram_used', 2],
  ])('its batches are marks on the panel of %s', async (signals, subject) => {
    await toldRun({ name: 'night' });
    const range = { from: String(START), to: String(END), points: 30, group: 'subject' as const };
    const { marks } = await seriesOf(at(END), { signals, subject: [subject], ...range });
    const batches = marks.filter(({ kind }) => kind === 'batch-start' || kind === 'batch-end');
    expect(batches.map(({ kind, text, atMs }) => [kind, text, atMs - START]).reverse()).toEqual([
      ['batch-start', 'batch 1 of night began', MINUTE],
      ['batch-end', 'batch 1 of night ended', 3 * MINUTE],
      ['batch-start', 'batch 2 of night began', 4 * MINUTE],
      ['batch-end', 'batch 2 of night ended', 6 * MINUTE],
    ]);
  });

  it('the Markdown report has the sections of report 003 with its numbers', async () => {
    const id = await toldRun({ name: 'night | <b>', notes: 'first\nsecond' });
    const { text } = await runReport(at(END), id, 'md');
    for (const line of [
      '# FINAL MULTI-BATCH SUMMARY: night \\| \\<b\\>',
      '- Total batches: 2',
      '- Total requests: 480',
      '- Success rate: 100.00%',
      '- Total time: 4.0 min',
      '- Average rate: 2.00 req/s',
      '- Start VRAM: 10.00 GiB',
      '- End VRAM: 10.25 GiB',
      '- Total delta: +0.25 GiB',
      '- **Not enough is known for a verdict** (inconclusive): 3 floors, 4 are needed',
      '- At least 1 more batch is needed',
      '- Variance: 0.0%',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toMatch(/\| success rate \| run \| pass \|/);
    expect(text).toMatch(/\| VRAM trend \| .*GPU 0 \| not measured \|/);
  });

  it('the CSV has a row per batch and GPU; no cell is a formula', async () => {
    const id = await toldRun();
    const run = await getRunView(at(END), id);
    const evil = { ...run, batches: run.batches.map((batch) => ({ ...batch, name: '=1+1,"x"' })) };
    const lines = reportCsv(evil).split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^batch,name,state,started_at/);
    expect(lines[1]).toMatch(/^1,"'=1\+1,""x""",finished,2026-/);
    expect(lines[1]).toContain(String(10.25 * GIB));
  });

  it('the JSON report is the run itself', async () => {
    const id = await toldRun();
    const { text } = await runReport(at(END), id, 'json');
    expect(JSON.parse(text)).toEqual(await getRunView(at(END), id));
  });
});
