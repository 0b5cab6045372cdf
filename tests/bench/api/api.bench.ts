/**
 * Run by hand: `npm run bench:api -- [--engines 100] [--days 1] [--runs 20] [--data-dir DIR]`. How long the API calls of
 * one page take together over seeded history, through the built web server and asked as a browser does. A kept data
 * directory is seeded once.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Agent, request } from 'undici';
import { ENGINE_COLUMNS_SIGNALS, GPU_COLUMNS_SIGNALS } from '#components/fleet/fleet-signals.ts';
import { type PanelSpec, panelSignals } from '#components/panel/panel-data.ts';
import { PANELS } from '#components/panel/panel-specs.ts';
import { seedHistory } from '#lib/cli/seed-history.ts';
import { seriesPath } from '#lib/client/series-request.ts';
import { createLog } from '#lib/collector/log.ts';
import { createPool, type Pool } from '#lib/db/pool.ts';
import { startBenchPostgres } from '#tests/bench/bench-postgres.ts';
import { startBenchWeb } from '#tests/bench/bench-web.ts';
import { costOf } from '#tests/bench/process-cost.ts';
import { print, printTable, quantileOf } from '#tests/bench/table.ts';

const { values: options } = parseArgs({
  options: {
    engines: { type: 'string', default: '100' },
    days: { type: 'string', default: '1' },
    runs: { type: 'string', default: '20' },
    'data-dir': { type: 'string' },
  },
});
const MINUTE_MS = 60_000;
/** The step of a day in 240 points. */
const STEP_MS = 10 * MINUTE_MS;
/** As many connections as a browser opens to one server. */
const CONNECTIONS = 6;
const WARM_UP_RUNS = 5;

/** The first twelve of the throughput page: half of them are quantiles, the dearest kind. */
const PAGE: readonly PanelSpec[] = [
  PANELS.requests,
  PANELS.tokens,
  PANELS.running,
  PANELS.queue,
  PANELS.queueTime,
  PANELS.prefill,
  PANELS.ttft,
  PANELS.itl,
  PANELS.tpot,
  PANELS.e2e,
  PANELS.goodput,
  PANELS.drop,
];

const kept = options['data-dir'];
const postgres = await startBenchPostgres(kept === undefined ? undefined : path.resolve(kept));
const pool = createPool(
  { connectionString: postgres.url, max: 3, statementTimeoutMs: 600_000, name: 'bench' },
  (error) => {
    throw error;
  },
);
const web = await startBenchWeb(postgres.url);
const agent = new Agent({ connections: CONNECTIONS });
try {
  const endMs = await seedOnce(pool);
  const engineIds = await idsOf(pool, 'engine');
  const day = (shiftMs = 0) => {
    return { from: String(endMs - 1440 * MINUTE_MS - shiftMs), to: String(endMs - shiftMs), points: 240 };
  };
  const fleet = (shiftMs?: number) =>
    PAGE.map((spec) => {
      const signals = panelSignals(spec, 0);
      return seriesPath({ signals, kind: 'engine', ...day(shiftMs), group: 'fleet' });
    });
  const picked = (shiftMs?: number) =>
    PAGE.map((spec) => {
      const signals = panelSignals(spec, 8);
      return seriesPath({ signals, subjects: engineIds.slice(0, 8), ...day(shiftMs), group: 'subject' });
    });
  const name = `12 panels, 24 h, all ${engineIds.length} engines together`;
  const few = '12 panels, 24 h, 8 engines one by one';
  await measurePage(`${name}, opened for the first time`, () => fleet(), forgetRows);
  // Another end for every run, as for one who opens it ten minutes after somebody else.
  await measurePage(`${name}, opened`, (run) => fleet(run * STEP_MS));
  await measurePage(`${name}, live`, () => fleet());
  await measurePage(`${few}, opened for the first time`, () => picked(), forgetRows);
  await measurePage(`${few}, opened`, (run) => picked(run * STEP_MS));
  await measurePage(`${few}, live`, () => picked());
  await measurePage(`Fleet page, ${engineIds.length} engines and their GPUs`, () => [
    '/subjects',
    '/targets',
    `/current?signals=${ENGINE_COLUMNS_SIGNALS.join(',')}&kind=engine`,
    `/current?signals=${GPU_COLUMNS_SIGNALS.join(',')}&kind=gpu`,
    seriesPath({
      signals: ['kv_cache_utilization'],
      kind: 'engine',
      from: String(endMs - 60 * MINUTE_MS),
      to: String(endMs),
      points: 60,
      group: 'subject',
    }),
  ]);
} finally {
  await agent.close();
  await web.stop();
  await pool.end();
  await postgres.stop();
}

/** The end of the history, which is made unless the directory holds one. */
async function seedOnce(database: Pool): Promise<number> {
  const newest = async (): Promise<number | null> => {
    const { rows } = await database.query<{ at_ms: number | null }>('SELECT max(at_ms) AS at_ms FROM engine_1m');
    const atMs = rows[0]?.at_ms ?? null;
    return atMs === null ? null : atMs + MINUTE_MS;
  };
  const before = await newest();
  if (before !== null) return before;
  const toMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const fromMs = toMs - Number(options.days) * 1440 * MINUTE_MS;
  await seedHistory(database, createLog('seed'), { fromMs, toMs, engines: Number(options.engines), seed: 1 });
  await database.query('VACUUM ANALYZE');
  const { rows } = await database.query<{ rows: number; bytes: number }>(
    `SELECT (SELECT count(*) FROM engine_sample)::int + (SELECT count(*) FROM gpu_sample)::int AS rows,
            pg_database_size(current_database())::float8 AS bytes`,
  );
  const { rows: count = 0, bytes = 0 } = rows[0] ?? {};
  print(
    `${count} raw rows, ${(bytes / 1e6).toFixed(0)} MB with all roll-ups and indexes, ${Math.round(bytes / count)} bytes a raw row`,
  );
  return toMs;
}

async function idsOf(database: Pool, kind: string): Promise<number[]> {
  const { rows } = await database.query<{ id: number }>('SELECT id FROM subject WHERE kind = $1 ORDER BY id', [kind]);
  return rows.map((row) => row.id);
}

/** As after a late sample: what the web process remembers of the roll-ups counts no more. */
async function forgetRows(): Promise<void> {
  await pool.query('UPDATE rollup_state SET version = version + 1');
}

async function measurePage(
  title: string,
  pathsOf: (run: number) => readonly string[],
  prepare: () => Promise<void> = async () => {},
): Promise<void> {
  const pages: number[] = [];
  let before = cpuMs();
  for (let run = 0; run < Number(options.runs) + WARM_UP_RUNS; run++) {
    // The first ones load code and fill caches that are warm in a running server.
    if (run === WARM_UP_RUNS) before = cpuMs();
    await prepare();
    const started = performance.now();
    await Promise.all(pathsOf(run).map(ask));
    if (run >= WARM_UP_RUNS) pages.push(performance.now() - started);
  }
  const after = cpuMs();
  const perPage = (name: keyof typeof after): number => (after[name] - before[name]) / pages.length;
  const rows: (string | number)[][] = [['', 'p50 ms', 'p95 ms', 'KiB']];
  rows.push(['all together', quantileOf(pages, 0.5), quantileOf(pages, 0.95), '']);
  for (const path of pathsOf(0)) rows.push(await measureAlone(path));
  printTable(title, rows);
  print(`  CPU of a page: web ${Math.round(perPage('web'))} ms, Postgres ${Math.round(perPage('postgres'))} ms`);
}

/** Unlike times, these hardly depend on what else the machine does. */
function cpuMs() {
  return { web: costOf(web.pid).cpuMs, postgres: costOf(postgres.pid).cpuMs };
}

async function measureAlone(path: string): Promise<(string | number)[]> {
  const times: number[] = [];
  let bytes = 0;
  for (let run = 0; run < 5; run++) {
    const started = performance.now();
    bytes = await ask(path);
    times.push(performance.now() - started);
  }
  const short = path.replace(/&(?:kind|from|to|points|group|subject)=.*/, '');
  return [
    `  alone: ${decodeURIComponent(short).slice(0, 70)}`,
    quantileOf(times, 0.5),
    quantileOf(times, 0.95),
    bytes / 1024,
  ];
}

async function ask(path: string): Promise<number> {
  const answer = await request(`${web.url}/api/v1${path}`, { dispatcher: agent });
  const body = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${body}`);
  return body.length;
}
