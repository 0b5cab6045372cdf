import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RunImportQuery } from '#lib/api/run-import.ts';
import { BatchInput, type RunDetail, RunInput } from '#lib/api/runs.ts';
import { loadFleet } from '#lib/db/fleet-state.ts';
import { loadBoundaries, runsToMeasure } from '#lib/db/run-batches.ts';
import { loadRunSignals } from '#lib/db/run-signals.ts';
import type { Reading } from '#lib/metrics/sample.ts';
import { beginBatch } from '#lib/service/edit-batch.ts';
import { createRun, patchRun } from '#lib/service/edit-run.ts';
import { importResults } from '#lib/service/import-results.ts';
import { runReport } from '#lib/service/run-report.ts';
import { getRunView } from '#lib/service/runs.ts';
import { ANNA } from '#tests/alert-rows.ts';
import { engineReading, pushPolls, SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import {
  aiperfExport,
  type GuidellmBenchmark,
  guidellmReport,
  MODEL,
  vllmBench,
} from '#tests/runs/results/documents.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const MINUTE = 60_000;
const END = START + 10 * MINUTE;
const POLL = 5000;
const GIB = 1024 ** 3;
/** Minutes 1 to 2 at 50 in flight, 3 to 4 at 100. */
const CELLS = [
  { fromMs: START + MINUTE, toMs: START + 2 * MINUTE, running: 50, waiting: 10, kv: 0.5 },
  { fromMs: START + 3 * MINUTE, toMs: START + 4 * MINUTE, running: 100, waiting: 40, kv: 0.9 },
];
const RPS = 10;

const cellAt = (atMs: number) => CELLS.find(({ fromMs, toMs }) => atMs > fromMs && atMs < toMs);
const doneAt = (atMs: number): number =>
  CELLS.reduce((sum, { fromMs, toMs }) => sum + (Math.max(0, Math.min(atMs, toMs) - fromMs) / 1000) * RPS, 0);

function engineAt(atMs: number): Reading {
  const [done, cell] = [doneAt(atMs), cellAt(atMs)];
  const preempted = Math.min(60, Math.max(0, (atMs - (START + 3 * MINUTE)) / 1000));
  return engineReading({
    model: MODEL,
    gauges: {
      running_requests: cell?.running ?? 0,
      waiting_requests: cell?.waiting ?? 0,
      kv_usage_ratio: cell?.kv ?? 0,
      process_start_s: START / 1000 - 600,
    },
    counters: {
      finished_stop: done,
      finished_abort: 0,
      finished_error: 0,
      prompt_tokens: done * 1024,
      generation_tokens: done * 128,
      prefix_queries: done * 1024,
      prefix_hits: done * 512,
      preemptions: preempted,
    },
    histograms: {
      // A tenth above 1 s and none above 2.
      e2e_s: {
        bounds: [1, 2, Number.POSITIVE_INFINITY],
        cumulative: Float64Array.of(done * 0.9, done, done),
        sum: done * 0.8,
      },
      ttft_s: { bounds: [0.1, Number.POSITIVE_INFINITY], cumulative: Float64Array.of(done, done), sum: done * 0.05 },
    },
  });
}

function gpuAt(atMs: number): Reading {
  return {
    kind: 'gpu',
    uuid: 'aaaa',
    mig: '',
    attributes: { index: '0' },
    gauges: { used_bytes: (cellAt(atMs) === undefined ? 10 : 12) * GIB, total_bytes: 24 * GIB },
    counters: {},
    processes: [],
    origins: {},
    lazyCounters: false,
  };
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const times = Array.from({ length: (END - START) / POLL + 1 }, (_, i) => START + i * POLL);
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

const at = (nowMs = END) => serviceContext(database.pool, nowMs);
const matrix = (more: object = {}) =>
  createRun(
    at(),
    ANNA,
    RunInput.parse({ name: 'matrix', kind: 'concurrency', startedAtMs: START, finishedAtMs: END, ...more }),
  );
const tell = (runId: number, cell: number, more: object = {}) => {
  const { fromMs, toMs, running } = CELLS[cell] ?? { fromMs: 0, toMs: 0, running: 0 };
  const params = { context_tokens: 1024, concurrency: running };
  return beginBatch(at(), ANNA, runId, BatchInput.parse({ startedAtMs: fromMs, endedAtMs: toMs, params, ...more }));
};
const take = (document: unknown, query: object = {}) =>
  importResults(at(), ANNA, JSON.stringify(document), RunImportQuery.parse(query));
const benchmark = (more: Partial<GuidellmBenchmark> = {}) => ({
  streams: 50,
  startSeconds: (START + MINUTE) / 1000,
  ...more,
});
const viewOf = (id: number | null): Promise<RunDetail> => getRunView(at(), id ?? 0);
const stateOf = (run: RunDetail, check: string, cell: string) =>
  run.criteria.find((one) => one.check === check && one.cell === cell)?.state;

describe('cells told by their windows', () => {
  it('latency from buckets, KV cache, preemptions, queue and memory are those of each window', async () => {
    const { id } = await matrix();
    await tell(id, 1);
    await tell(id, 0);
    const { batches, gpus, outcome, headline } = await viewOf(id);
    expect(batches.map(({ name }) => name)).toEqual(['1024 tokens × C=100', '1024 tokens × C=50']);
    const [hundred, fifty] = batches;
    expect(fifty).toMatchObject({
      completed: 600,
      failed: 0,
      requestsPerSecond: 10,
      tokensPerSecond: 1280,
      hitRatio: 0.5,
      preemptions: 0,
      oomErrors: 0,
    });
    expect(fifty?.cell).toMatchObject({
      timed: true,
      tool: null,
      kvMaxRatio: 0.5,
      queuePeak: 10,
      runningPeak: 50,
      latencySource: 'engine',
      evictionRatio: 0,
    });
    expect(fifty?.cell?.latency.p95).toBeCloseTo(1.5, 6);
    expect(hundred).toMatchObject({
      preemptions: 60,
      memory: [{ beforeBytes: 10 * GIB, afterBytes: 10 * GIB, peakBytes: 12 * GIB, totalBytes: 24 * GIB }],
    });
    expect(hundred?.cell).toMatchObject({ kvMaxRatio: 0.9, queuePeak: 40, evictionRatio: 0.1 });
    expect(gpus[0]).toMatchObject({ startBytes: 10 * GIB, deltaBytes: 0 });
    expect([outcome, headline]).toEqual(['not measured', '4 of 12 criteria pass, 8 not measured']);
    expect((await viewOf(id)).batches).toEqual(batches);
  });

  it('cells may be told in any order, and must not overlap', async () => {
    const { id } = await matrix();
    await tell(id, 1);
    await expect(tell(id, 0, { endedAtMs: START + 3.5 * MINUTE })).rejects.toThrow('it overlaps batch 1');
    await tell(id, 0);
    const plain = await matrix({ kind: 'multi-batch' });
    await expect(tell(plain.id, 0)).rejects.toThrow(/only cells of a test matrix have parameters/);
  });

  it('one throughput cannot be expected of all cells', async () => {
    await expect(matrix({ expectation: { requestsPerSecond: 3 } })).rejects.toThrow(/multi-batch runs only/);
    const { id } = await matrix({ expectation: { vramBytes: 11 * GIB } });
    await tell(id, 0);
    await expect(patchRun(at(), ANNA, id, { expectation: { requestsPerSecond: 3 } })).rejects.toThrow(
      /multi-batch runs only/,
    );
    expect((await viewOf(id)).criteria.find(({ check }) => check === 'VRAM against expectation')?.state).toBe('fail');
  });

  it('a matrix fails by design at some load: it is no reason for an alert on its engines', async () => {
    const { id } = await matrix();
    await tell(id, 0, { reported: { completed: 1, failed: 599 } });
    const fleet = await loadFleet({ pool: database.pool, clock: () => END });
    expect((await loadRunSignals(at(), fleet)).size).toBe(0);
    const plain = await matrix({ kind: 'multi-batch' });
    await tell(plain.id, 0, { params: undefined, reported: { completed: 1, failed: 599 } });
    expect((await loadRunSignals(at(), fleet)).get(1)?.figures['success-ratio']).toBeCloseTo(1 / 600, 9);
  });
});

describe('a result file', () => {
  it('of GuideLLM is placed by its times: the engine of its model is measured beside it', async () => {
    const done = await take(
      guidellmReport([benchmark({ streams: 100, startSeconds: (START + 3 * MINUTE) / 1000, errored: 4 }), benchmark()]),
    );
    expect(done).toMatchObject({
      tool: 'guidellm',
      recognised: 'GuideLLM: 2 measurements',
      kind: 'concurrency',
      engines: [`vllm · ${MODEL}`],
    });
    const run = await viewOf(done.runId);
    expect(run).toMatchObject({
      origin: 'file',
      kind: 'concurrency',
      state: 'finished',
      startedAtMs: START + MINUTE,
      createdBy: ANNA.name,
    });
    const [fifty, hundred] = run.batches;
    expect(fifty).toMatchObject({ completed: 100, failed: 0, requestsPerSecond: 40, durationMs: 30_000, oomErrors: 0 });
    expect(fifty?.cell).toMatchObject({
      tool: 'guidellm',
      latencySource: 'file',
      goodRatio: 0.9,
      kvMaxRatio: 0.5,
      queuePeak: 10,
    });
    expect(fifty?.memory[0]?.peakBytes).toBe(12 * GIB);
    expect(hundred).toMatchObject({ failed: 4, errors: { 'CUDA out of memory': 4 }, oomErrors: 4 });
    expect(stateOf(run, 'p95 latency', '1024 tokens × C=50')).toBe('pass');
    expect(stateOf(run, 'success rate', '1024 tokens × C=100')).toBe('pass');
  });

  it('of vllm bench has no zone: alone its numbers stand, with the offset of its clock it is placed', async () => {
    const date = new Date(START + 2 * MINUTE + 2 * 3_600_000)
      .toISOString()
      .replaceAll(/[-:]|\..*/g, '')
      .replace('T', '-');
    const alone = await take(vllmBench({ date }));
    const run = await viewOf(alone.runId);
    expect(alone.cells[0]).toMatchObject({
      startedAtMs: null,
      remarks: [expect.stringMatching(/a clock without a zone/)],
    });
    expect(run.batches[0]).toMatchObject({
      durationMs: 20_000,
      requestsPerSecond: 9.5,
      completed: 190,
      failed: 10,
      memory: [],
      crashes: null,
    });
    expect(run.batches[0]?.cell).toMatchObject({ timed: false, kvMaxRatio: null, latency: { p95: 1.9 } });
    expect(run.batches[0]?.missing[0]).toMatch(/nothing of the server was measured/);
    expect(run.gpus).toEqual([]);
    expect(await runsToMeasure(database.pool, END + 1, 10)).toEqual([]);
    const span = { fromMs: START, toMs: END + MINUTE };
    expect(await loadBoundaries(database.pool, [1], span, 10)).toEqual([]);
    const placed = await take(vllmBench({ date }), { utcOffsetMinutes: '120' });
    expect((await viewOf(placed.runId)).batches[0]?.cell).toMatchObject({ timed: true, kvMaxRatio: 0.5 });
    expect(await loadBoundaries(database.pool, [1], span, 10)).toHaveLength(2);
  });

  it('adds cells to a run, with what the file does not know of them', async () => {
    const { runId } = await take(vllmBench(), { name: 'sweep' });
    const more = await take(aiperfExport(), { run: String(runId), params: 'gpu=A100 40GB, context_tokens=4096' });
    expect(more).toMatchObject({
      runId,
      cells: [{ number: 2, params: { concurrency: 100, context_tokens: 4096, gpu: 'A100 40GB' } }],
    });
    const run = await viewOf(runId);
    expect(run.batches.map(({ cell }) => cell?.tool)).toEqual(['vllm-bench', 'aiperf']);
    expect(stateOf(run, 'success rate', '4096 tokens × C=100')).toBe('pass');
    const csv = (await runReport(at(), runId ?? 0, 'csv')).text.split('\r\n');
    expect(csv[0]).toMatch(/,params,tool,is_timed,latency_source,latency_p50_s,latency_p95_s,/);
    expect(csv[2]).toMatch(/concurrency=100/);
    const markdown = (await runReport(at(), runId ?? 0, 'md')).text;
    expect(markdown).toMatch(/^# FINAL TEST MATRIX SUMMARY: sweep/);
    expect(markdown).toMatch(/^\| 4096 tokens \| not run \| 4.8 s, pass \|$/m);
  });

  it('a dry run says what would come of it and stores nothing', async () => {
    const dry = await take(vllmBench({ scenario: 'burst_5x_spike' }), { dryRun: 'true' });
    expect(dry).toMatchObject({
      kind: 'burst',
      runId: null,
      cells: [{ number: null, name: expect.stringMatching(/^burst_5x_spike/) }],
    });
    expect((await database.pool.query('SELECT 1 FROM run')).rowCount).toBe(0);
  });

  it('what cannot be taken is refused with where and why', async () => {
    await expect(take({ a: 1 })).rejects.toMatchObject({
      code: 'refused',
      errors: [{ path: '', message: expect.stringMatching(/not a result of/) }],
    });
    await expect(take(vllmBench(), { run: '99' })).rejects.toThrow('no run 99');
    const plain = await matrix({ kind: 'multi-batch' });
    await expect(take(vllmBench(), { run: String(plain.id) })).rejects.toThrow(/it has no cells/);
    const other = await matrix({ kind: 'burst' });
    await expect(take(vllmBench(), { run: String(other.id), kind: 'fit' })).rejects.toThrow(/is of the kind burst/);
    await expect(take(vllmBench(), { engines: '77' })).rejects.toThrow(/no engine 77/);
    for (const query of [
      { kind: 'multi-batch' },
      { params: 'Concurrency=1' },
      { engines: 'x' },
      { utcOffsetMinutes: '9999' },
    ])
      expect(RunImportQuery.safeParse(query).success).toBe(false);
  });
});
