import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { runRunCommand } from '#lib/cli/run.ts';
import { parseRunOptions } from '#lib/cli/run-arguments.ts';
import { engineReading, pushPolls, SETTINGS } from '#tests/engine-polls.ts';
import { vllmBench } from '#tests/runs/results/documents.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';
import * as batch from '../../app/api/v1/runs/[id]/batches/[number]/route.ts';
import * as batches from '../../app/api/v1/runs/[id]/batches/route.ts';
import * as finish from '../../app/api/v1/runs/[id]/finish/route.ts';
import * as report from '../../app/api/v1/runs/[id]/report/route.ts';
import * as run from '../../app/api/v1/runs/[id]/route.ts';
import * as imported from '../../app/api/v1/runs/import/route.ts';
import * as runs from '../../app/api/v1/runs/route.ts';

type Handler = (request: Request, route: { params: Promise<unknown> }) => Promise<Response>;
const ROUTES: readonly (readonly [RegExp, Partial<Record<string, Handler>>])[] = [
  [/^\/api\/v1\/runs$/, runs],
  [/^\/api\/v1\/runs\/import$/, imported],
  [/^\/api\/v1\/runs\/(?<id>\d+)$/, run],
  [/^\/api\/v1\/runs\/(?<id>\d+)\/batches$/, batches],
  [/^\/api\/v1\/runs\/(?<id>\d+)\/batches\/(?<number>\d+)$/, batch],
  [/^\/api\/v1\/runs\/(?<id>\d+)\/finish$/, finish],
  [/^\/api\/v1\/runs\/(?<id>\d+)\/report$/, report],
];

let database: TestDatabase;
let server: Server;
let url = '';
const TOKEN = 'hr_test';

/** The real routes behind a plain server: what Next does for them, without building the pages. */
beforeAll(async () => {
  database = await createTestDatabase();
  vi.stubEnv('DATABASE_URL', database.url);
  vi.stubEnv('HEADROOM_SECRET_KEY', 'test');
  vi.stubEnv('HEADROOM_PUBLIC_URL', 'http://headroom.test');
  vi.stubEnv('HEADROOM_BOOTSTRAP_TOKEN', TOKEN);
  vi.stubEnv('HEADROOM_TOKEN_REQUIRED', '1');
  await pushPolls(database.pool, SETTINGS, [{ atMs: Date.now() - 5000, readings: [engineReading({})] }]);
  server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const method = incoming.method ?? 'GET';
    const at = new URL(incoming.url ?? '/', `http://${incoming.headers.host}`);
    const found = ROUTES.map(([path, module]) => ({ match: path.exec(at.pathname), module })).find(
      (each) => each.match,
    );
    const headers = new Headers(incoming.headers as Record<string, string>);
    const body = method === 'GET' ? null : Buffer.concat(chunks);
    const handler = found?.module[method];
    const params = Promise.resolve({ ...found?.match?.groups });
    const answer = await handler?.(new Request(at, { method, headers, body }), { params });
    outgoing.writeHead(answer?.status ?? 404, Object.fromEntries(answer?.headers ?? []));
    outgoing.end(await answer?.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await globalThis.headroomServer?.context.pool.end();
  vi.unstubAllEnvs();
  await database.drop();
});
afterEach(() => vi.restoreAllMocks());

/** Runs a command; gives its exit code and what it printed on standard output. */
async function headroomRun(...args: readonly string[]): Promise<{ code: number; out: string }> {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const code = await runRunCommand(args, { HEADROOM_URL: url, HEADROOM_TOKEN: TOKEN });
  vi.restoreAllMocks();
  return { code, out };
}

const start = async (...more: readonly string[]): Promise<string> =>
  (await headroomRun('start', '--name', 'nightly', ...more)).out.trim();
const NODE = process.execPath;

describe('headroom run', () => {
  it('start prints the id alone, so that a script can keep it', async () => {
    expect(await start('--label', 'build=7', '--expect-rps', '2', '--expect-vram', '20GB')).toMatch(/^\d+$/);
  });

  it('batch runs the command, ends with it and passes its exit code on', async () => {
    const id = await start();
    expect((await headroomRun('batch', id, '--', NODE, '-e', 'process.exit(0)')).code).toBe(0);
    expect((await headroomRun('batch', id, '--name', 'bad', '--', NODE, '-e', 'process.exit(3)')).code).toBe(3);
    expect((await headroomRun('batch', id, '--', '/no/such/program')).code).toBe(127);
    const { batches: all } = JSON.parse((await headroomRun('report', id, '--format', 'json')).out);
    expect(all.map(({ name, state, notes }: Record<string, string>) => [name, state, notes])).toEqual([
      ['batch 1', 'finished', ''],
      ['bad', 'finished', 'the command ended with exit code 3'],
      ['batch 3', 'finished', 'the command ended with exit code 127'],
    ]);
  });

  it('check fails with 1 when a criterion fails, with 2 when one is not measured and --strict is given', async () => {
    const id = await start();
    await headroomRun('batch', id);
    await headroomRun('batch', id, '--end', '--total', '10', '--failed', '0');
    await headroomRun('finish', id);
    const lenient = await headroomRun('check', id);
    expect(lenient.code).toBe(0);
    expect(lenient.out).toMatch(/^PASS +success rate: 100%, passes = 100 %: every request completed$/m);
    expect(lenient.out).toMatch(/^NOT MEASURED +total VRAM delta: /m);
    expect((await headroomRun('check', id, '--strict')).code).toBe(2);
    const failing = await start();
    await headroomRun('batch', failing);
    await headroomRun('batch', failing, '--end', '--completed', '9', '--failed', '1');
    const failed = await headroomRun('check', failing, '--strict');
    expect(failed.code).toBe(1);
    expect(failed.out).toMatch(/^FAIL +success rate: 90%, passes = 100 %: 1 failed \(batch 1\)$/m);
  });

  it('report and list print what the API has', async () => {
    const id = await start();
    expect((await headroomRun('report', id)).out).toMatch(/^# FINAL MULTI-BATCH SUMMARY: nightly/);
    expect((await headroomRun('report', id, '--format', 'csv')).out).toMatch(/^batch,name,state/);
    expect((await headroomRun('list')).out.split('\n')[0]).toMatch(
      new RegExp(`^${id}\trunning\t.*\tnightly\tno batch yet$`),
    );
  });

  it('import makes one matrix of several result files; check ends with 1 when a cell fails', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'headroom-import-'));
    const file = async (name: string, document: object) => {
      await writeFile(path.join(folder, name), JSON.stringify(document));
      return path.join(folder, name);
    };
    const good = await file('c50.json', vllmBench());
    const slow = await file('c100.json', vllmBench({ max_concurrency: 100, p95_e2el_ms: 3100 }));
    const { out } = await headroomRun('import', good, slow, '--param', 'context_tokens=1024', '--param', 'gpu=L4');
    const id = out.trim();
    const answer = JSON.parse((await headroomRun('report', id, '--format', 'json')).out);
    expect(answer).toMatchObject({ name: 'c50.json', kind: 'concurrency', origin: 'file', state: 'finished' });
    expect(answer.batches.map(({ cell }: { cell: { params: object } }) => cell.params)).toMatchObject([
      { concurrency: 50, context_tokens: 1024, gpu: 'L4' },
      { concurrency: 100 },
    ]);
    const check = await headroomRun('check', id);
    expect(check.code).toBe(1);
    expect(check.out).toMatch(
      /^FAIL +p95 latency at 1024 tokens × C=100: 3.1 s, passes < 3 s: by the load generator \(batch 2\)$/m,
    );
    expect((await headroomRun('report', id)).out).toMatch(/^\| 1024 tokens \| 1.9 s, pass \| 3.1 s, \*\*fail\*\* \|$/m);
    await expect(headroomRun('import', await file('no.json', { a: 1 }))).rejects.toThrow(/not a result of vllm bench/);
    await expect(headroomRun('import', path.join(folder, 'none.json'))).rejects.toThrow(/cannot be read/);
    await rm(folder, { recursive: true });
  });

  it('a matrix can be told cell by cell', async () => {
    const id = await start('--kind', 'burst');
    expect((await headroomRun('batch', id, '--param', 'scenario=burst_5x_spike', '--', NODE, '-e', '')).code).toBe(0);
    const { batches: cells } = JSON.parse((await headroomRun('report', id, '--format', 'json')).out);
    expect(cells).toMatchObject([{ name: 'burst_5x_spike', cell: { params: { scenario: 'burst_5x_spike' } } }]);
    const plain = await start();
    await expect(headroomRun('batch', plain, '--param', 'concurrency=1')).rejects.toThrow(
      /only cells of a test matrix/,
    );
  });

  it('what Headroom refuses is said in its words', async () => {
    await expect(headroomRun('check', '999999')).rejects.toThrow('no run 999999');
    const id = await start();
    await expect(headroomRun('batch', id, '--end')).rejects.toThrow(`run ${id} has no batch that runs`);
    await expect(runRunCommand(['list'], { HEADROOM_URL: url })).rejects.toThrow(/needs a token/);
    await expect(runRunCommand(['list', '--url', 'http://127.0.0.1:1'], {})).rejects.toThrow(/does not answer/);
    const check = runRunCommand(['check', '1', '--url', 'http://127.0.0.1:1'], {});
    await expect(check).rejects.toMatchObject({ message: expect.stringMatching(/does not answer/), exitCode: 3 });
  });
});

describe('arguments of headroom run', () => {
  it('are read', () => {
    const options = parseRunOptions(
      ['start', '--name', 'x', '--engine', '1', '--engine', '2', '--label', 'a=b=c', '--expect-vram', '1.5GiB'],
      {},
    );
    expect(options).toMatchObject({ engines: [1, 2], labels: { a: 'b=c' }, expectVramBytes: 1.5 * 1024 ** 3 });
    expect(options.url).toBe('http://127.0.0.1:3000');
    expect(parseRunOptions(['batch', '3', '--', 'sh', '-c', 'x --end'], {}).command).toEqual(['sh', '-c', 'x --end']);
  });

  it.each([
    [['check'], /expected the id of a run/],
    [['check', 'nightly'], /"nightly" is not a whole number/],
    [['start'], /--name is needed/],
    [['finish', '1', '--', 'x'], /for a batch that begins/],
    [['start', '--name', 'x', '--expect-vram', '20'], /not an amount of memory/],
    [['start', '--name', 'x', '--label', 'x'], /not KEY=VALUE/],
    [['report', '1', '--format', 'pdf'], /none of md, json, csv/],
    [['list', '--url', 'localhost:3000'], /not an http or https address/],
    [['stop'], /expected one of/],
    [['import'], /expected a result file/],
    [['import', 'x.json', '--kind', 'loud'], /none of multi-batch, burst/],
    [['import', 'x.json', '--param', 'Concurrency=1'], /not NAME=VALUE/],
    [['import', 'x.json', '--utc-offset', '2'], /expected \+02:00/],
  ])('%j is refused', (args, message) => {
    expect(() => parseRunOptions(args, {})).toThrow(message);
  });
});
