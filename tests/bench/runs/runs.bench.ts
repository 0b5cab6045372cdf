/**
 * Run by hand: `npm run bench:runs`. How long the answer behind a run's page, and the page in a browser, take over 50
 * batches of 40 minutes and 8 GPUs polled every 5 s: the first time, when everything is measured from raw samples, and
 * afterwards.
 */

import { maintainPartitions } from '#lib/db/partitions.ts';
import { createPool, type Pool } from '#lib/db/pool.ts';
import { beginBatch } from '#lib/service/edit-batch.ts';
import { createRun } from '#lib/service/edit-run.ts';
import { getRunView, listRunViews } from '#lib/service/runs.ts';
import { startBenchPostgres } from '#tests/bench/bench-postgres.ts';
import { openRunPage } from '#tests/bench/runs/open-run-page.ts';
import { print, printTable, quantileOf } from '#tests/bench/table.ts';
import { engineReading, pushPolls, SETTINGS, serviceContext } from '#tests/engine-polls.ts';

const BATCHES = 50;
const GPUS = 8;
const POLL_MS = 5000;
const MINUTE_MS = 60_000;
const EVERY_MS = 41 * MINUTE_MS;
const START_MS = 1_795_348_800_000;
const END_MS = START_MS + BATCHES * EVERY_MS + MINUTE_MS;
const REPEATS = 20;
const OPENED = 12;
const ACTOR = { name: 'bench', role: 'admin' } as const;

const postgres = await startBenchPostgres();
const pool = createPool({ connectionString: postgres.url, max: 10, statementTimeoutMs: 600_000, name: 'bench' }, fail);
try {
  await seed(pool);
  const context = serviceContext(pool, END_MS + 20 * MINUTE_MS);
  const run = await createRun(context, ACTOR, {
    name: 'bench',
    kind: 'multi-batch',
    labels: {},
    notes: '',
    expectation: {},
    startedAtMs: START_MS,
    finishedAtMs: END_MS,
  });
  const batches = Array.from({ length: BATCHES }, (_, i) => START_MS + MINUTE_MS + i * EVERY_MS);
  for (const startedAtMs of batches) {
    const reported = { total: 5000, completed: 5000 };
    const endedAtMs = startedAtMs + 40 * MINUTE_MS;
    await beginBatch(context, ACTOR, run.id, { startedAtMs, endedAtMs, notes: '', reported });
  }
  const rows: (readonly (string | number)[])[] = [['answer', 'p50 ms', 'p95 ms', 'max ms']];
  await pool.query('UPDATE run_batch SET measured = NULL');
  rows.push([
    'run page, everything measured from raw samples',
    ...(await timesOf(1, () => getRunView(context, run.id))),
  ]);
  rows.push(['run page, measurements kept', ...(await timesOf(REPEATS, () => getRunView(context, run.id)))]);
  rows.push(['list of runs', ...(await timesOf(REPEATS, () => listRunViews(context, { limit: 50 })))]);
  const view = await getRunView(context, run.id);
  print(
    `${view.batches.length} batches, ${view.gpus.length} GPUs: ${view.headline}; ${JSON.stringify(view).length} bytes`,
  );
  printTable('Milliseconds of the service call', rows);
  // The first ones load code that is warm in a running server.
  const opened = (await openRunPage(postgres.url, run.id, BATCHES, OPENED)).slice(2);
  printTable('The page in Chromium, with nothing of it in the browser', [
    ['', 'p50 ms', 'p95 ms', 'max ms'],
    ['from the address to all rows', ...summary(opened)],
  ]);
} finally {
  await pool.end();
  await postgres.stop();
}

async function timesOf(repeats: number, work: () => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const beganMs = performance.now();
    await work();
    times.push(performance.now() - beganMs);
  }
  return summary(times);
}

function summary(times: readonly number[]): readonly number[] {
  return [quantileOf(times, 0.5), quantileOf(times, 0.95), Math.max(...times)];
}

/** Subjects through the real path, their rows by the database: 25 000 polls of nine subjects. */
async function seed(into: Pool): Promise<void> {
  const gpu = (i: number) => ({
    ...{ kind: 'gpu' as const, uuid: `gpu${i}`, mig: '', attributes: { index: String(i) }, counters: {}, origins: {} },
    ...{ gauges: { used_bytes: 11_112_808_448, total_bytes: 25_769_803_776 }, processes: null, lazyCounters: false },
  });
  const first = { atMs: START_MS - POLL_MS, readings: [engineReading({})] };
  await pushPolls(into, { ...SETTINGS, name: 'engine' }, [first]);
  const gpus = Array.from({ length: GPUS }, (_, i) => gpu(i));
  await pushPolls(into, { ...SETTINGS, name: 'gpus' }, [{ ...first, readings: gpus }]);
  await maintainPartitions(
    into,
    { fromMs: START_MS - MINUTE_MS, toMs: END_MS, nowMs: END_MS },
    { rawMs: 3e9, minuteMs: 6e9, hourMs: 9e9 },
  );
  await into.query(
    `INSERT INTO setting (key, value) VALUES ('retention', '{"rawMs": 3000000000, "minuteMs": 6000000000, "hourMs": 9000000000}')`,
  );
  const series = `generate_series(${START_MS}::bigint, ${END_MS}, ${POLL_MS}) AS t(at_ms)`;
  const batch = `((at_ms - ${START_MS}) / ${EVERY_MS})`;
  const busy = `((at_ms - ${START_MS}) % ${EVERY_MS} >= ${MINUTE_MS})`;
  await into.query(
    `INSERT INTO engine_sample (subject_id, at_ms, elapsed_ms, running_requests, waiting_requests, finished, finished_stop,
       finished_abort, finished_error, prompt_tokens, generation_tokens, prefix_queries, prefix_hits, h_e2e_s, h_e2e_s_sum)
     SELECT s.id, at_ms, ${POLL_MS}, CASE WHEN ${busy} THEN 8 ELSE 0 END, 0, 10, 10, 0, 0, 9000, 4000, 9000, 8000,
       ARRAY[0, 0, 1, 2, 4, 2, 1, 0, 0, 0]::real[], 38
     FROM subject s, ${series} WHERE s.kind = 'engine'`,
  );
  await into.query(
    `INSERT INTO gpu_sample (subject_id, at_ms, elapsed_ms, used_bytes, total_bytes)
     SELECT s.id, at_ms, ${POLL_MS}, 11112808448 + ${batch} * 1048576 * (s.id % 3) + CASE WHEN ${busy} THEN 524288000 ELSE 0 END, 25769803776
     FROM subject s, ${series} WHERE s.kind = 'gpu'`,
  );
  await into.query('ANALYZE');
}

function fail(error: Error): never {
  throw error;
}
