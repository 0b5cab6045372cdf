/**
 * Run by hand: `npm run bench:scrape -- [--targets 200] [--seconds 120] [--node-flags=--cpu-prof]`. What polling and storing
 * vLLM pages of about 50 KB every 5 s costs, beside Prometheus on the same pages where it is installed.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createPool, type Pool } from '#lib/db/pool.ts';
import { startBenchCollector } from '#tests/bench/bench-collector.ts';
import { startBenchPostgres } from '#tests/bench/bench-postgres.ts';
import { costOf } from '#tests/bench/process-cost.ts';
import { scrapeConfig, startPrometheus } from '#tests/bench/prometheus.ts';
import { servePages } from '#tests/bench/scrape/pages-process.ts';
import { print, printTable } from '#tests/bench/table.ts';

const { values: options } = parseArgs({
  options: {
    targets: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '120' },
    'warm-up': { type: 'string', default: '30' },
    'node-flags': { type: 'string', default: '' },
    'no-peer': { type: 'boolean', default: false },
  },
});
const targetCount = Number(options.targets);
const seconds = Number(options.seconds);

type Cost = { readonly polls: number; readonly cpuMs: number; readonly rssMb: number };

const pages = await servePages(targetCount);
try {
  print(`${pages.urls.length} pages every 5 s, measured over ${seconds} s after ${options['warm-up']} s`);
  const headroom = await measureHeadroom(pages.urls);
  const peer = options['no-peer'] ? null : await measurePrometheus(pages.urls);
  report(headroom, peer);
} finally {
  pages.process.disconnect();
}

type HeadroomCost = {
  readonly collector: Cost;
  readonly postgres: Cost;
  readonly pageBytes: number;
  readonly pageSeries: number;
  readonly rows: number;
  readonly storedBytes: number;
};

async function measureHeadroom(urls: readonly string[]): Promise<HeadroomCost> {
  const postgres = await startBenchPostgres();
  const config = path.join(postgres.dir, 'headroom.yaml');
  const lines = urls.map((url, i) => `  - {name: vllm-${i}, source: vllm, url: "${url}", interval: 5s}`);
  await writeFile(config, ['fast_polling: {max_targets: 0}', 'targets:', ...lines].join('\n'));
  const pool = createPool({ connectionString: postgres.url, max: 1, statementTimeoutMs: 60_000, name: 'bench' }, fail);
  const collector = await startBenchCollector(config, postgres.url, flagsOf(options['node-flags']));
  try {
    await wait(Number(options['warm-up']) * 1000);
    const before = { collector: costOf(collector.pid), postgres: costOf(postgres.pid), atMs: Date.now() };
    await wait(seconds * 1000);
    const after = { collector: costOf(collector.pid), postgres: costOf(postgres.pid), atMs: Date.now() };
    const polled = await pollsBetween(pool, before.atMs, after.atMs);
    return {
      collector: {
        polls: polled.polls,
        cpuMs: after.collector.cpuMs - before.collector.cpuMs,
        rssMb: after.collector.rssMb,
      },
      postgres: {
        polls: polled.polls,
        cpuMs: after.postgres.cpuMs - before.postgres.cpuMs,
        rssMb: after.postgres.pssMb,
      },
      pageBytes: polled.bytes,
      pageSeries: polled.series,
      ...(await storedSize(pool)),
    };
  } finally {
    await collector.stop();
    await pool.end();
    await postgres.stop();
  }
}

async function pollsBetween(pool: Pool, fromMs: number, toMs: number) {
  const { rows } = await pool.query<{ polls: number; failed: number; bytes: number; series: number }>(
    `SELECT count(*)::int AS polls, count(*) FILTER (WHERE NOT ok)::int AS failed,
            avg(bytes)::float8 AS bytes, avg(samples)::float8 AS series
     FROM scrape WHERE at_ms >= $1 AND at_ms < $2`,
    [fromMs, toMs],
  );
  const [row] = rows;
  if (row === undefined || row.polls === 0) throw new Error('nothing was polled');
  if (row.failed > 0) throw new Error(`${row.failed} of ${row.polls} polls failed: the figures would mean nothing`);
  return row;
}

async function storedSize(pool: Pool): Promise<{ rows: number; storedBytes: number }> {
  const { rows } = await pool.query<{ rows: number; bytes: number }>(
    `SELECT (SELECT count(*) FROM engine_sample)::int AS rows,
            (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
             WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace)::float8 AS bytes`,
  );
  return { rows: rows[0]?.rows ?? 0, storedBytes: rows[0]?.bytes ?? 0 };
}

async function measurePrometheus(urls: readonly string[]): Promise<(Cost & { readonly version: string }) | null> {
  const prometheus = await startPrometheus({ config: scrapeConfig(urls, 5) });
  if (prometheus === null) return null;
  try {
    await wait(Number(options['warm-up']) * 1000);
    const before = { cost: costOf(prometheus.pid), scrapes: await prometheus.scrapes() };
    await wait(seconds * 1000);
    const after = { cost: costOf(prometheus.pid), scrapes: await prometheus.scrapes() };
    return {
      version: prometheus.version,
      polls: after.scrapes - before.scrapes,
      cpuMs: after.cost.cpuMs - before.cost.cpuMs,
      rssMb: after.cost.rssMb,
    };
  } finally {
    await prometheus.stop();
  }
}

function report(headroom: HeadroomCost, peer: (Cost & { readonly version: string }) | null): void {
  const { collector, postgres, pageBytes, pageSeries, rows, storedBytes } = headroom;
  const perPoll = (cost: Cost): number => cost.cpuMs / cost.polls;
  const total = perPoll(collector) + perPoll(postgres);
  printTable(`Pages of ${(pageBytes / 1024).toFixed(1)} KiB, ${Math.round(pageSeries)} series`, [
    ['', 'polls', 'CPU ms/poll', 'memory MB', 'x Prometheus'],
    ['collector', collector.polls, perPoll(collector), collector.rssMb, ''],
    ['Postgres (all processes)', postgres.polls, perPoll(postgres), postgres.rssMb, ''],
    ['Headroom', collector.polls, total, collector.rssMb + postgres.rssMb, peer === null ? '' : total / perPoll(peer)],
    peer === null
      ? [options['no-peer'] ? 'Prometheus: left out' : 'Prometheus: not installed', '', '', '', '']
      : [`Prometheus ${peer.version}`, peer.polls, perPoll(peer), peer.rssMb, 1],
  ]);
  print(
    `\n  ${rows} raw rows stored, ${Math.round(storedBytes / rows)} bytes each (all tables and indexes by raw row; a short run holds the fixed size of empty tables)`,
  );
}

function flagsOf(text: string): readonly string[] {
  return text.split(' ').filter((flag) => flag !== '');
}

function fail(error: Error): void {
  throw error;
}
