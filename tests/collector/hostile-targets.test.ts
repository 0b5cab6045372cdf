import http, { type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Collector } from '#lib/collector/collector.ts';
import { createLog } from '#lib/collector/log.ts';
import { createPrisma } from '#lib/db/prisma.ts';
import { createSecretBox } from '#lib/db/secret-box.ts';
import { TargetStore } from '#lib/db/targets.ts';
import { listTargetViews } from '#lib/service/targets.ts';
import { testTarget } from '#lib/service/test-target.ts';
import { DEFAULT_FAST_POLLING } from '#lib/target/fast-polling.ts';
import { type CountingExporter, startCountingExporter } from '#tests/counting-exporter.ts';
import { SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';
import { until } from '#tests/until.ts';

const MIB = 1024 * 1024;

const BOMB = gzipSync(Buffer.alloc(64 * MIB, '0'));

/** path -> what a broken or hostile exporter does there. */
const BEHAVIOUR: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/html': (response) => response.setHeader('Content-Type', 'text/html').end('<html><body>Sign in</body></html>'),
  '/huge': (response) => {
    response.setHeader('Content-Type', 'text/plain');
    const chunk = Buffer.alloc(MIB, 'a 1\n');
    let sent = 0;
    const push = (): void => {
      while (sent < 100) {
        sent++;
        if (!response.write(chunk)) {
          response.once('drain', push);
          return;
        }
      }
      response.end();
    };
    push();
  },
  '/bomb': (response) => {
    response.setHeader('Content-Type', 'text/plain').setHeader('Content-Encoding', 'gzip');
    response.end(BOMB);
  },
  '/endless': (response) => {
    response.setHeader('Content-Type', 'text/plain');
    const timer = setInterval(() => response.write('a 1\n'), 50);
    response.on('close', () => clearInterval(timer));
  },
  '/silent': () => {},
  '/500': (response) => response.writeHead(500).end('engine is dead'),
  '/other': (response) => response.setHeader('Content-Type', 'text/plain').end('my_app_requests_total 3\n'),
  '/hostile': (response) => response.setHeader('Content-Type', 'text/plain').end(hostilePage()),
};

function hostilePage(): string {
  const model = '<img src=x onerror=alert(1)>';
  return [
    '# TYPE vllm:num_requests_running gauge',
    `vllm:num_requests_running{engine="0",model_name="${model}"} 1e308`,
    `vllm:kv_cache_usage_perc{engine="0",model_name="${model}"} NaN`,
    `vllm:generation_tokens_total{engine="0",model_name="${model}"} 1e300`,
    `vllm:request_success_total{engine="0",finished_reason="stop",model_name="${model}"} -5`,
    'broken line {{{',
    '',
  ].join('\n');
}

let database: TestDatabase;
let server: http.Server;
let good: CountingExporter;
let collector: Collector;
let base = '';

beforeAll(async () => {
  database = await createTestDatabase();
  good = await startCountingExporter();
  server = http.createServer((request, response) => BEHAVIOUR[request.url ?? '']?.(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const store = new TargetStore(createPrisma(database.pool), createSecretBox('test'));
  // The interval is the timeout too: only what should run into it has a short one, so that a busy machine changes nothing.
  const add = (name: string, url: string, intervalMs = 10_000) =>
    store.create({ ...SETTINGS, name, source: 'auto', url, intervalMs }, 'api');
  await add('good', good.url, 1000);
  await add('dead', 'http://127.0.0.1:1/metrics');
  await add('metadata', 'http://169.254.169.254/latest/meta-data');
  const endsByTimeout = ['/endless', '/silent'];
  for (const path of Object.keys(BEHAVIOUR))
    await add(path.slice(1), `${base}${path}`, endsByTimeout.includes(path) ? 1000 : undefined);
  collector = new Collector({
    pool: database.pool,
    targets: store,
    smiCommand: () => '/nonexistent/nvidia-smi',
    fastPolling: () => DEFAULT_FAST_POLLING,
    log: createLog('test', () => {}),
    clock: Date.now,
    enqueue: async () => {},
  });
  await collector.start();
});
afterAll(async () => {
  await collector.stop();
  server.closeAllConnections();
  server.close();
  await good.close();
  await database.drop();
});

async function outcomeOf(name: string): Promise<{ kind: string | null; message: string }> {
  const scrape = await until(async () => {
    const { items } = await listTargetViews(serviceContext(database.pool, Date.now()));
    return items.find((target) => target.name === name)?.lastScrape ?? null;
  });
  return { kind: scrape.errorKind, message: scrape.message ?? '' };
}

describe('a target that misbehaves gets its own named error', () => {
  it.each([
    ['dead', 'refused', /nothing listens/],
    ['metadata', 'forbidden-address', /169\.254/],
    ['html', 'not-metrics', /HTML/],
    ['huge', 'too-large', /16/],
    ['bomb', 'too-large', /16/],
    ['endless', 'timeout-body', /1000 ms|1 s/],
    ['silent', 'timeout-headers', /1000 ms|1 s/],
    ['500', 'http-status', /500/],
    ['other', 'nothing-recognised', /my_app_requests_total/],
  ])('%s: %s', async (name, kind, message) => {
    const outcome = await outcomeOf(name);
    expect(outcome.kind).toBe(kind);
    expect(outcome.message).toMatch(message);
  });

  it('while the others go on', async () => {
    const before = good.polls();
    await until(() => good.polls() >= before + 2);
    expect((await outcomeOf('good')).kind).toBeNull();
  });

  it('hostile names and numbers are stored as text and unknown, not refused and not run', async () => {
    expect((await outcomeOf('hostile')).kind).toBeNull();
    const { rows } = await database.pool.query("SELECT name FROM subject WHERE name LIKE 'hostile%'");
    expect(rows[0].name).toContain('<img src=x onerror=alert(1)>');
  });
});

describe('testing a target', () => {
  const input = (url: string) => ({
    name: 't',
    source: 'auto' as const,
    url,
    interval: '1s',
    labels: {},
    profile: 'relative' as const,
    gpus: [],
  });
  const context = () => serviceContext(database.pool, Date.now());

  it('shows what was recognised and its values, and stores nothing', async () => {
    const before = await database.pool.query('SELECT count(*) FROM target');
    const result = await testTarget(context(), input(good.url));
    expect(result.recognised?.text).toContain('vLLM');
    expect(result.subjects[0]?.values.kv_usage_ratio).toBe(0.4);
    expect(result.recognised?.missing.length).toBeGreaterThan(0);
    expect((await database.pool.query('SELECT count(*) FROM target')).rows).toEqual(before.rows);
  });

  it('says why a page is not recognised', async () => {
    const result = await testTarget(context(), input(`${base}/other`));
    expect(result.scrape).toMatchObject({ ok: false, errorKind: 'nothing-recognised' });
  });
});
