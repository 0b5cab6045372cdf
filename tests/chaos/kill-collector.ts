import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startPostgres } from '#lib/cli/postgres.ts';
import { createLog } from '#lib/collector/log.ts';

/**
 * Kills the collector (SIGKILL) at random moments while an alert comes and goes every few seconds, and starts it again.
 * Every transition that is stored must have reached the webhook, duplicates under the id of the first.
 * `npm run chaos:collector -- 50`
 */
const KILLS = Number(process.argv[2] ?? 50);
const ROOT = path.join(import.meta.dirname, '../..');

type Received = { readonly id: string; readonly kind: string; readonly alertIds: readonly number[] };

function listen(handler: http.RequestListener): Promise<{ url: string; close(): void }> {
  const server = http.createServer(handler);
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }),
    ),
  );
}

const startedMs = Date.now();
const exporter = await listen((_request, response) => {
  const isFull = Math.floor((Date.now() - startedMs) / 4000) % 2 === 0;
  response.setHeader('Content-Type', 'text/plain; version=0.0.4');
  response.end(
    [
      '# TYPE vllm:kv_cache_usage_perc gauge',
      `vllm:kv_cache_usage_perc{model_name="m",engine="0"} ${isFull ? 0.95 : 0.2}`,
      '# TYPE vllm:num_requests_running gauge',
      `vllm:num_requests_running{model_name="m",engine="0"} ${Math.floor(Math.random() * 9)}`,
      '',
    ].join('\n'),
  );
});

const received: Received[] = [];
const receiver = await listen((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const message = JSON.parse(body) as { id: string; kind: string; alerts: { id: number }[] };
    received.push({ id: message.id, kind: message.kind, alertIds: message.alerts.map((alert) => alert.id) });
    response.end('ok');
  });
});

const dir = await mkdtemp(path.join(os.tmpdir(), 'headroom-chaos-'));
const postgres = await startPostgres(path.join(dir, 'postgres'), createLog('postgres'));
const config = path.join(dir, 'headroom.yaml');
await writeFile(
  config,
  `targets:
  - {name: engine-a, source: vllm, url: "${exporter.url}/metrics", interval: 1s}
rules:
  packs: []
  custom: [{id: Full, expr: "kv_cache_utilization >= 90%", for: 0s, keep_firing_for: 0s, severity: critical}]
channels:
  - {name: ops, kind: webhook, url: "${receiver.url}/hook"}
`,
);

const env = { ...process.env, DATABASE_URL: postgres.url, HEADROOM_SECRET_KEY: 'chaos' };
const run = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [path.join(ROOT, 'lib/cli/headroom.ts'), ...args], { env, stdio: 'ignore' });
const exit = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once('exit', () => resolve()));
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

await exit(run('migrate'));
for (let kill = 0; kill < KILLS; kill++) {
  const collector = run('collector', '--config', config);
  await sleep(1500 + Math.random() * 5000);
  collector.kill('SIGKILL');
  await exit(collector);
}
const last = run('collector', '--config', config);
await sleep(40_000);
last.kill('SIGINT');
await exit(last);

const pool = new pg.Pool({ connectionString: postgres.url });
const { rows } = await pool.query<{ alert_id: string; kind: string }>(
  "SELECT alert_id, kind FROM alert_event WHERE kind IN ('firing', 'resolved') ORDER BY id",
);
const told = new Set(received.flatMap((message) => message.alertIds.map((id) => `${id} ${message.kind}`)));
const lost = rows.filter((row) => !told.has(`${row.alert_id} ${row.kind}`));
const cancelled = await pool.query<{ n: number }>("SELECT count(*)::int AS n FROM delivery WHERE state = 'cancelled'");
const ids = new Set(received.map((message) => message.id));
process.stdout.write(
  `${KILLS} kills, ${rows.length} transitions stored, ${received.length} messages received under ${ids.size} ids, ` +
    `${received.length - ids.size} duplicates, ${cancelled.rows[0]?.n} cancelled, ${lost.length} not received\n`,
);
for (const row of lost.slice(0, 20)) process.stdout.write(`  not received: alert ${row.alert_id} ${row.kind}\n`);
await pool.end();
await postgres.stop();
exporter.close();
receiver.close();
await rm(dir, { recursive: true, force: true });
process.exitCode = lost.length > Number(cancelled.rows[0]?.n) * 2 ? 1 : 0;
