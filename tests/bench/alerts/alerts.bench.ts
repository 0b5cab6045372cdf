/**
 * Run by hand: `node tests/bench/alerts/alerts.bench.ts [--alerts 15000] [--silences 20] [--runs 50] [--engines 20] [--days 7]`.
 * 15 000 open alerts through the built web server: first page, one ack while others ack too, all of them at once; then
 * backtests over history of 20 engines. `--days 0` leaves the backtest out.
 */
import { parseArgs } from 'node:util';
import { Agent, request } from 'undici';
import { DEFAULT_RETENTION, maintainPartitions } from '#lib/db/partitions.ts';
import { createPool, type Pool } from '#lib/db/pool.ts';
import { SEVERITIES } from '#lib/rules/rule.ts';
import { alertOf, storeAlerts } from '#tests/alert-rows.ts';
import { startBenchPostgres } from '#tests/bench/bench-postgres.ts';
import { startBenchWeb } from '#tests/bench/bench-web.ts';
import { print, printTable, quantileOf } from '#tests/bench/table.ts';
import { engineReading, pushPolls, SETTINGS } from '#tests/engine-polls.ts';
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
  const groups: number[] = [];
  for (let run = 0; run < runs; run++) groups.push((await ask('GET', '/alerts/groups?by=host')).ms);
  rows.push([`groups by host of ${ids.length}`, runs, quantileOf(groups, 0.5), quantileOf(groups, 0.95), '']);
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
  for (let i = 0; i < Number(options.engines); i++) await fillHistory(pool, `past-${i}`, toMs);
  await pool.query('UPDATE rollup_state SET done_until_ms = $1', [toMs]);
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

/** Two days of polls and all days of minutes of one engine: waves with noise, written by the database itself. */
async function fillHistory(into: Pool, name: string, toMs: number): Promise<void> {
  const bounds = [...Array.from({ length: 21 }, (_, b) => 0.01 * 1.4 ** b), Number.POSITIVE_INFINITY];
  const reading = (count: number) =>
    engineReading({
      gauges: { kv_usage_ratio: 0.5, waiting_requests: 0 },
      counters: { generation_tokens: count * 500 },
      histograms: { ttft_s: { bounds, cumulative: Float64Array.from(bounds, (_, b) => count * (b + 1)), sum: count } },
    });
  const first = { atMs: toMs - 10_000, readings: [reading(1)] };
  const targetId = await pushPolls(into, { ...SETTINGS, name }, [first, { atMs: toMs - 5000, readings: [reading(2)] }]);
  const fromMs = toMs - Number(options.days) * 86_400_000;
  await maintainPartitions(into, { fromMs, toMs, nowMs: toMs }, DEFAULT_RETENTION);
  const counts = `ARRAY[${bounds.map((_, b) => `floor(random() * ${20 + b})`).join(', ')}]::real[]`;
  const wave = (period: number) => `(0.6 + 0.35 * sin(t / ${period}.0) + 0.05 * random())`;
  const about = `(SELECT max(layout_id) FROM engine_sample) AS layout_id, u.id
    FROM subject u WHERE u.target_id = $1`;
  const rawMs = Math.max(fromMs, toMs - 48 * 3_600_000);
  await into.query(
    `INSERT INTO engine_sample (subject_id, at_ms, elapsed_ms, missed, restarted, layout_id, kv_usage_ratio,
       waiting_requests, generation_tokens, h_ttft_s, h_ttft_s_sum)
     SELECT s.id, t, 5000, 0, false, s.layout_id, ${wave(7_000_000)}, floor(20 * random()), 2500, ${counts}, 30
     FROM (SELECT ${about}) s, generate_series($2::bigint, $3::bigint, 5000) t`,
    [targetId, rawMs, toMs - 15_000],
  );
  await into.query(
    `INSERT INTO scrape (target_id, at_ms, ok, duration_ms, bytes, samples)
     SELECT $1, t, true, 5, 1000, 100 FROM generate_series($2::bigint, $3::bigint, 5000) t`,
    [targetId, rawMs, toMs - 15_000],
  );
  await into.query(
    `INSERT INTO engine_1m (subject_id, at_ms, layout_id, samples, missed, restarts, elapsed_ms, kv_usage_ratio_min,
       kv_usage_ratio_max, kv_usage_ratio_sum, kv_usage_ratio_count, kv_usage_ratio_last, waiting_requests_min,
       waiting_requests_max, waiting_requests_sum, waiting_requests_count, waiting_requests_last, generation_tokens,
       h_ttft_s, h_ttft_s_sum)
     SELECT s.id, t, s.layout_id, 12, 0, 0, 60000, k, k, 12 * k, 12, k, 0, 20, 120, 12, 10, 30000, ${counts}, 30
     FROM (SELECT ${about}) s, generate_series($2::bigint, $3::bigint, 60000) t, LATERAL (SELECT ${wave(7_000_000)} AS k) w`,
    [targetId, fromMs, toMs - 60_000],
  );
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
