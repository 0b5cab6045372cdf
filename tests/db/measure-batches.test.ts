import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadFleet } from '#lib/db/fleet-state.ts';
import { LayoutStore } from '#lib/db/layouts.ts';
import { measureBatches } from '#lib/db/measure-batches.ts';
import { rollUp } from '#lib/db/rollup.ts';
import type { EngineReading, GpuReading, Reading } from '#lib/metrics/sample.ts';
import { type BatchTimes, windowsOf } from '#lib/runs/batch-window.ts';
import { engineReading, pushPolls, SETTINGS } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const SECOND = 1000;
const MINUTE = 60_000;
const DAY = 86_400_000;
const GIB = 1024 ** 3;
const BATCH: BatchTimes = { number: 1, submittedMs: null, startMs: START + 3 * MINUTE, endMs: START + 6 * MINUTE };
const END = START + 9 * MINUTE;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(clear);

async function clear(): Promise<void> {
  await database.pool.query(
    'TRUNCATE target, engine_sample, gpu_sample, engine_1m, gpu_1m, scrape RESTART IDENTITY CASCADE',
  );
}

type Parts = {
  readonly running?: (atMs: number) => number;
  readonly counters?: (atMs: number) => EngineReading['counters'];
  readonly startedS?: (atMs: number) => number;
  /** No poll of the engine is answered. */
  readonly isDown?: (atMs: number) => boolean;
  readonly usedBytes?: (atMs: number) => number;
  readonly pollMs?: number;
};

const isBusy = (atMs: number): boolean => atMs > BATCH.startMs && atMs < (BATCH.endMs ?? 0);
const finishedBy = (atMs: number): number => Math.max(0, Math.min(atMs, BATCH.endMs ?? 0) - BATCH.startMs) / SECOND;

/** One request a second finishes in the batch, unless the parts say otherwise; the GPU holds 10 GiB, 12 in the batch. */
async function store(parts: Parts = {}): Promise<void> {
  const running = parts.running ?? ((atMs) => Number(isBusy(atMs)));
  const counters = parts.counters ?? ((atMs) => ({ finished_stop: finishedBy(atMs), finished_error: 0 }));
  const gpu = (atMs: number): GpuReading => ({
    kind: 'gpu',
    uuid: 'aaaa',
    mig: '',
    attributes: { index: '0' },
    gauges: { used_bytes: parts.usedBytes?.(atMs) ?? (isBusy(atMs) ? 12 : 10) * GIB, total_bytes: 24 * GIB },
    counters: {},
    processes: null,
    origins: {},
    lazyCounters: false,
  });
  const engine = (atMs: number): Reading =>
    engineReading({
      gauges: { running_requests: running(atMs), process_start_s: parts.startedS?.(atMs) ?? START / SECOND - 600 },
      counters: counters(atMs),
    });
  const everyMs = parts.pollMs ?? 5000;
  const times = Array.from({ length: Math.floor((END - START) / everyMs) + 1 }, (_, i) => START + i * everyMs + 700);
  const answered = times.filter((atMs) => parts.isDown?.(atMs) !== true);
  await pushPolls(
    database.pool,
    { ...SETTINGS, name: 'engine' },
    answered.map((atMs) => ({ atMs, readings: [engine(atMs)] })),
  );
  await pushPolls(
    database.pool,
    { ...SETTINGS, name: 'gpu' },
    times.map((atMs) => ({ atMs, readings: [gpu(atMs)] })),
  );
}

async function measure(batches: readonly BatchTimes[] = [BATCH], nowMs = END) {
  const context = { pool: database.pool, layouts: new LayoutStore(database.pool) };
  const fleet = await loadFleet({ pool: database.pool, clock: () => nowMs });
  const found = await measureBatches(
    context,
    fleet,
    { id: 1, kind: 'multi-batch', engines: [{ id: 1, name: 'engine' }] },
    windowsOf(batches),
  );
  return batches.map(({ number }) => found.get(number));
}

describe('a batch by its samples', () => {
  it('the poll after its end still counts what it finished', async () => {
    await store();
    expect((await measure())[0]).toMatchObject({ completed: 180, failed: 0, crashes: 0, oomErrors: 0, missing: [] });
  });

  it('a restart in the middle is a crash, and what was counted on both sides adds up', async () => {
    const crashMs = START + 4 * MINUTE;
    await store({
      startedS: (atMs) => (atMs > crashMs ? crashMs / SECOND : START / SECOND - 600),
      isDown: (atMs) => atMs > crashMs && atMs < crashMs + 20 * SECOND,
      counters: (atMs) => ({ finished_stop: atMs > crashMs ? finishedBy(atMs) - 60 : finishedBy(atMs) }),
    });
    const [batch] = await measure();
    expect(batch).toMatchObject({ crashes: 1, reloadDelayMs: 0, missing: [] });
    // What finished between the last poll and the crash is lost with the process.
    expect(batch?.completed).toBeGreaterThanOrEqual(175);
    expect(batch?.restarts).toHaveLength(1);
  });

  it('an engine that is gone at the end is not known to have crashed, nor to have finished anything', async () => {
    await store({ isDown: (atMs) => atMs > START + 4 * MINUTE });
    expect((await measure())[0]).toMatchObject({
      completed: null,
      failed: null,
      crashes: null,
      oomErrors: null,
      missing: [
        'engine was polled for a part of this batch only',
        'idle memory after it is not known: no 10 s without requests before the next batch',
      ],
    });
  });

  it('memory of an engine that is down is no floor', async () => {
    await store({
      isDown: (atMs) => atMs > (BATCH.endMs ?? 0) + 30 * SECOND,
      usedBytes: (atMs) => (atMs > (BATCH.endMs ?? 0) + 25 * SECOND ? GIB / 10 : 10 * GIB),
    });
    const [batch] = await measure();
    expect(batch?.memory[0]?.beforeBytes).toBe(10 * GIB);
    expect(batch?.memory[0]?.afterBytes).not.toBeNull();
  });

  it('a start in the gap makes the first wait a reload, and no crash', async () => {
    const startMs = BATCH.startMs - 20 * SECOND;
    const first = { number: 1, submittedMs: null, startMs: START + MINUTE, endMs: START + 2 * MINUTE };
    await store({
      startedS: (atMs) => (atMs > startMs ? startMs / SECOND : START / SECOND - 600),
      running: (atMs) => Number(atMs > BATCH.startMs + 7 * SECOND && isBusy(atMs)),
    });
    const [, second] = await measure([first, { ...BATCH, number: 2 }]);
    expect(second).toMatchObject({ crashes: 0, reloadDelayMs: 10_700 });
  });

  it.each([
    ['4 s until something ran is no reload', 4, 5000, 0],
    ['8 s or 11 s: polls every 5 s cannot tell', 8, 5000, null],
    ['25 s are', 25, 5000, 25_700],
    ['polls every 30 s cannot tell 20 s of waiting from none', 20, 30_000, null],
    ['polls every 30 s that find it running show no wait', 0, 30_000, 0],
  ])('%s', async (_, waitedS, pollMs, expected) => {
    await store({ pollMs, running: (atMs) => Number(atMs > BATCH.startMs + waitedS * SECOND && isBusy(atMs)) });
    expect((await measure())[0]?.reloadDelayMs).toBe(expected);
  });

  it('failures while the card is full are out-of-memory errors; with room left they are not', async () => {
    const counters = (atMs: number) => ({
      finished_stop: finishedBy(atMs),
      finished_error: isBusy(atMs) || atMs > BATCH.startMs ? 3 : 0,
    });
    await store({ counters, usedBytes: (atMs) => (isBusy(atMs) ? 23.5 : 10) * GIB });
    expect((await measure())[0]).toMatchObject({ failed: 3, errors: { error: 3 }, oomErrors: 3 });
    await clear();
    await store({ counters });
    expect((await measure())[0]).toMatchObject({ failed: 3, oomErrors: 0 });
  });

  it('other load on the engine leaves no idle time, and no floor', async () => {
    await store({ running: () => 1 });
    const [batch] = await measure();
    expect(batch?.memory[0]).toMatchObject({ beforeBytes: null, afterBytes: null, peakBytes: 12 * GIB });
    expect(batch?.missing).toHaveLength(2);
  });

  it('is measured from minutes once its raw samples are gone, and says so', async () => {
    await store();
    const buckets = await new LayoutStore(database.pool).mostBuckets();
    while ((await rollUp(database.pool, END + DAY, buckets)).length > 0);
    await database.pool.query('DELETE FROM engine_sample');
    await database.pool.query('DELETE FROM gpu_sample');
    const [batch] = await measure([BATCH], END + 10 * DAY);
    expect(batch).toMatchObject({ failed: 0, crashes: 0, reloadDelayMs: null });
    // The poll that straddles a minute belongs to the one that it is stored in.
    expect(batch?.completed).toBeGreaterThanOrEqual(175);
    expect(batch?.memory[0]).toMatchObject({ beforeBytes: 10 * GIB, afterBytes: 10 * GIB, peakBytes: 12 * GIB });
    expect(batch?.missing).toEqual([
      'it was measured from rows of minutes: its raw samples were gone',
      'no poll shows when its first request began to run',
    ]);
  });
});
