/**
 * Run by hand: `npm run bench:fast -- [--seconds 60]`. What polling 20 targets every second costs beside 100 every five
 * seconds, and how late the others are polled meanwhile. Every target has a pending alert, so the limit picks the 20.
 * Exits with 1 when a promise does not hold.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createPool, type Pool } from '#lib/db/pool.ts';
import { startBenchCollector } from '#tests/bench/bench-collector.ts';
import { startBenchPostgres } from '#tests/bench/bench-postgres.ts';
import { costOf } from '#tests/bench/process-cost.ts';
import { servePages } from '#tests/bench/scrape/pages-process.ts';
import { print, printTable, quantileOf } from '#tests/bench/table.ts';

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, 'warm-up': { type: 'string', default: '30' } },
});
const INTERVAL_MS = 5000;
const [NORMAL, FAST] = [100, 20];
/** Two runs of the same differ by about this much. */
const SAME_COST = 1.1;
const MOST_DELAY = 0.1;

type Measured = {
  readonly polls: number;
  readonly cpuMs: number;
  readonly delaysMs: readonly number[];
  readonly fast: number;
};

const pages = await servePages(NORMAL);
try {
  const normal = await measure(pages.urls, 0);
  const fast = await measure(pages.urls.slice(0, FAST), FAST);
  const both = await measure(pages.urls, FAST);
  report(normal, fast, both);
} finally {
  pages.process.disconnect();
}

async function measure(urls: readonly string[], maxFast: number): Promise<Measured> {
  const postgres = await startBenchPostgres();
  const config = path.join(postgres.dir, 'headroom.yaml');
  const targets = urls.map((url, i) => `  - {name: vllm-${i}, source: vllm, url: "${url}", interval: 5s}`);
  const rule = '{id: AlwaysPending, scope: engine, expr: "running_requests >= 0", for: 1d, severity: warning}';
  await writeFile(
    config,
    ['targets:', ...targets, `fast_polling: {max_targets: ${maxFast}}`, `rules: {packs: [], custom: [${rule}]}`].join(
      '\n',
    ),
  );
  const pool = createPool({ connectionString: postgres.url, max: 1, statementTimeoutMs: 60_000, name: 'bench' }, fail);
  const collector = await startBenchCollector(config, postgres.url);
  const cpuMs = (): number => costOf(collector.pid).cpuMs + costOf(postgres.pid).cpuMs;
  try {
    await wait(Number(options['warm-up']) * 1000);
    const before = { cpuMs: cpuMs(), atMs: Date.now() };
    await wait(Number(options.seconds) * 1000);
    return { cpuMs: cpuMs() - before.cpuMs, ...(await pollsSince(pool, before.atMs)) };
  } finally {
    await collector.stop();
    await pool.end();
    await postgres.stop();
  }
}

/** Polls, how many targets were fast, and of the others how far each poll lay off its even distance. */
async function pollsSince(pool: Pool, fromMs: number): Promise<Omit<Measured, 'cpuMs'>> {
  const { rows } = await pool.query<{ id: number; at: number[] }>(
    'SELECT target_id AS id, array_agg(at_ms::float8 ORDER BY at_ms) AS at FROM scrape WHERE at_ms >= $1 GROUP BY 1',
    [fromMs],
  );
  const gaps = rows.map(({ at }) => at.slice(1).map((atMs, i) => atMs - (at[i] ?? 0)));
  const others = gaps.filter((own) => quantileOf(own, 0.5) > INTERVAL_MS / 2);
  return {
    polls: rows.reduce((sum, { at }) => sum + at.length, 0),
    fast: gaps.length - others.length,
    delaysMs: others.flat().map((gap) => Math.abs(gap - INTERVAL_MS)),
  };
}

function report(normal: Measured, fast: Measured, both: Measured): void {
  const perSecond = ({ cpuMs }: Measured): number => cpuMs / Number(options.seconds);
  const row = (name: string, one: Measured): (string | number)[] => [
    ...[name, one.fast, one.polls, perSecond(one), one.cpuMs / one.polls],
    one.delaysMs.length === 0 ? '' : Math.max(...one.delaysMs),
  ];
  printTable('collector and Postgres together', [
    ['', 'fast', 'polls', 'CPU ms/s', 'CPU ms/poll', 'worst delay ms'],
    row(`${NORMAL} every 5 s`, normal),
    row(`${FAST} every second`, fast),
    row(`${NORMAL} every 5 s, ${FAST} of them every second`, both),
  ]);
  const cost = perSecond(fast) / perSecond(normal);
  const delay = Math.max(...both.delaysMs) / INTERVAL_MS;
  printTable('promises', [
    ['', 'measured', 'promised'],
    [`${FAST} fast over ${NORMAL} normal targets`, cost, `≤ 1 (± ${Math.round((SAME_COST - 1) * 100)} %)`],
    ['worst delay of the others, of their interval', `${(100 * delay).toFixed(1)} %`, '≤ 10 %'],
    ['targets that were fast', both.fast, FAST],
  ]);
  if (cost > SAME_COST || delay > MOST_DELAY || both.fast !== FAST || fast.fast !== FAST) {
    print('\na promise does not hold');
    process.exitCode = 1;
  }
}

function fail(error: Error): void {
  throw error;
}
