/**
 * Run by hand: `npm run bench:alerts -- [--alerts 15000] [--silences 20] [--runs 50] [--engines 20] [--days 7]`.
 * 15 000 open alerts through the built web server: first page, one ack while others ack too, all of them at once; then
 * a backtest over seeded history. `--days 0` leaves the backtest out.
 */
import { parseArgs } from 'node:util';
import { Agent, request } from 'undici';
import { seedHistory } from '#lib/cli/seed-history.ts';
import { createLog } from '#lib/collector/log.ts';
import { createPool, type Pool } from '#lib/db/pool.ts';
import { SEVERITIES } from '#lib/rules/rule.ts';
import { alertOf, storeAlerts } from '#tests/alert-rows.ts';
import { startBenchPostgres } from '#tests/bench/bench-postgres.ts';
import { startBenchWeb } from '#tests/bench/bench-web.ts';
import { print, printTable, quantileOf } from '#tests/bench/table.ts';
import { addTarget } from '#tests/stored-alerts.ts';

const { values: options } = parseArgs({
  options: {
    alerts: { type: 'string', default: '15000' },
    silences: { type: 'string', default: '20' },
    runs: { type: 'string', default: '50' },
    engines: { type: 'string', default: '20' },
    days: { type: 'string', default: '7' },
  },
});
const RULES_EACH = 150;
const AT_ONCE = 4;

const postgres = await startBenchPostgres();
const pool = createPool(
  { connectionString: postgres.url, max: 3, statementTimeoutMs: 600_000, name: 'bench' },
  (error) => {
    throw error;
  },
);
const web = await startBenchWeb(postgres.url);
const agent = new Agent({ connections: AT_ONCE });
try {
  await measureAlerts();
  if (Number(options.days) > 0) await measureBacktest();
} finally {
  await agent.close();
  await web.stop();
  await pool.end();
  await postgres.stop();
}

async function measureAlerts(): Promise<void> {
  const ids = await fillAlerts(pool, Number(options.alerts));
  await fillSilences(Number(options.silences));
  const runs = Number(options.runs);
  const pages = ['', '&match=host%3Dgpu-0*', '&handling=open', '&severity=critical'];
  const rows: (string | number)[][] = [['call', 'runs', 'p50 ms', 'p95 ms', 'KiB']];
  for (const filter of pages) {
    const times: number[] = [];
    let bytes = 0;
    for (let run = 0; run < runs; run++) {
      const { ms, size } = await ask('GET', `/alerts?limit=500${filter}`);
      times.push(ms);
      bytes = size;
    }
    rows.push([
      `list, 500 of ${ids.length}${filter}`,
      runs,
      quantileOf(times, 0.5),
      quantileOf(times, 0.95),
      bytes / 1024,
    ]);
  }
  const detail: number[] = [];
  for (const id of ids.slice(0, runs)) detail.push((await ask('GET', `/alerts/${id}`)).ms);
  rows.push(['one alert', runs, quantileOf(detail, 0.5), quantileOf(detail, 0.95), '']);
  const acks: number[] = [];
  const mine = ids.slice(0, runs * AT_ONCE);
  for (let i = 0; i < mine.length; i += AT_ONCE) {
    const batch = mine.slice(i, i + AT_ONCE).map((id) => ask('POST', `/alerts/${id}/ack`, { note: 'bench' }));
    acks.push(...(await Promise.all(batch)).map((each) => each.ms));
  }
  rows.push([`ack, ${AT_ONCE} people at once`, acks.length, quantileOf(acks, 0.5), quantileOf(acks, 0.95), '']);
  const bulk = await ask('POST', '/alerts/ack', { filter: {}, note: 'all' });
  rows.push(['ack of all the others', 1, bulk.ms, bulk.ms, '']);
  printTable(`${ids.length} open alerts, ${options.silences} silences`, rows);
  print(`  bulk answer: ${bulk.text}`);
}

async function fillAlerts(into: Pool, count: number): Promise<readonly number[]> {
  const atMs = Date.now() - 600_000;
  const targets: number[] = [];
  for (let i = 0; i < Math.ceil(count / RULES_EACH); i++)
    targets.push(await addTarget(into, `engine-${i}`, `gpu-${String(i % 50).padStart(2, '0')}`));
  const alerts = Array.from({ length: count }, (_, i) => {
    const target = i % targets.length;
    const ruleId = `Rule${Math.floor(i / targets.length)}`;
    const severity = SEVERITIES[i % SEVERITIES.length] ?? 'info';
    const host = `gpu-${String(target % 50).padStart(2, '0')}`;
    const labels = {
      host,
      rule: ruleId,
      severity,
      model: 'qwen',
      target: `engine-${target}`,
      subject: `engine-${target}`,
    };
    return alertOf(atMs - i, { targetId: targets[target] ?? 0, ruleId, severity, labels, subjectName: labels.subject });
  });
  const ids: number[] = [];
  for (let i = 0; i < alerts.length; i += 1000) ids.push(...(await storeAlerts(into, alerts.slice(i, i + 1000))));
  await into.query('ANALYZE');
  return ids;
}

async function fillSilences(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const body = { matchers: `host=gpu-${i}x*, rule=Rule*`, reason: 'bench', endsAtMs: Date.now() + 3_600_000 };
    await ask('POST', '/silences', body);
  }
}

async function measureBacktest(): Promise<void> {
  const toMs = Math.floor(Date.now() / 60_000) * 60_000;
  const fromMs = toMs - Number(options.days) * 86_400_000;
  await seedHistory(pool, createLog('seed'), { fromMs, toMs, engines: Number(options.engines), seed: 1 });
  await pool.query('VACUUM ANALYZE');
  const rules = [
    'kv_cache_utilization > 90%',
    'avg(kv_cache_utilization, 5m) >= 80% and queue_depth > 0',
    'ttft_p95 > 500ms',
    'max(queue_depth, 1h) > 10',
  ];
  const rows: (string | number)[][] = [['rule', 'range', 'seconds', 'fired', 'step s']];
  for (const range of ['24h', `${options.days}d`]) {
    for (const expr of rules) {
      const { ms, text } = await ask('POST', '/rules/backtest', { rule: { expr, for: '1m' }, from: `now-${range}` });
      const { fired, stepMs } = JSON.parse(text) as { fired: number; stepMs: number };
      rows.push([expr, range, ms / 1000, fired, stepMs / 1000]);
    }
  }
  printTable(`backtest over ${options.engines} engines`, rows);
}

async function ask(
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<{ readonly ms: number; readonly size: number; readonly text: string }> {
  const startMs = performance.now();
  const answer = await request(`${web.url}/api/v1${path}`, {
    ...{
      method,
      dispatcher: agent,
      headers: { 'content-type': 'application/json' },
      bodyTimeout: 0,
      headersTimeout: 0,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 500)}`);
  return { ms: performance.now() - startMs, size: text.length, text };
}
