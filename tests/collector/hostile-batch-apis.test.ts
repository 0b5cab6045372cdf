import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Collector } from '#lib/collector/collector.ts';
import { createLog } from '#lib/collector/log.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { getRunView, listRunViews } from '#lib/service/runs.ts';
import { getTargetView, listTargetViews } from '#lib/service/targets.ts';
import { testTarget } from '#lib/service/test-target.ts';
import type { Fault } from '#lib/simulator/scenario.ts';
import { BATCH_CASES, batchScenario } from '#lib/simulator/scenarios-batch.ts';
import { type Simulator, startSimulator } from '#lib/simulator/server.ts';
import { DEFAULT_FAST_POLLING } from '#lib/target/fast-polling.ts';
import { SETTINGS, serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';
import { until } from '#tests/until.ts';

const OPENAI = '/batch-apis/batch/v1';
const STACK = '/batch-apis/batch/production-stack/v1';
/** Into the second batch of the scenario. */
const INTO_S = 400;

let database: TestDatabase;
let simulator: Simulator;
let collector: Collector;
const warnings: string[] = [];
const startMs = Date.now() - INTO_S * 1000;
/** The simulator begins in the past, is moved into the second batch, and stays there: nothing depends on how fast this runs. */
let isBegun = false;

beforeAll(async () => {
  database = await createTestDatabase();
  service = serviceContext(database.pool, 0);
  const steady = BATCH_CASES.find((each) => each.id === 'multi_batch_steady');
  if (steady === undefined) throw new Error('no steady scenario');
  const clock = (): number => (isBegun ? startMs + INTO_S * 1000 : startMs);
  simulator = await startSimulator({ port: 0, host: '127.0.0.1', scenario: batchScenario(steady), seed: 1, clock });
  isBegun = true;
  const store = service.targets;
  const add = (name: string, source: 'auto' | 'openai-batch', path: string) =>
    store.create({ ...SETTINGS, name, source, url: `${simulator.url}${path}`, intervalMs: 1000 }, 'api');
  await add('engine', 'auto', '/engines/batch/metrics');
  await add('batches', 'openai-batch', OPENAI);
  await add('stack', 'openai-batch', STACK);
  await add('no batch API', 'openai-batch', '/engines/batch/metrics');
  collector = new Collector({
    pool: database.pool,
    targets: store,
    smiCommand: () => '/nonexistent/nvidia-smi',
    fastPolling: () => DEFAULT_FAST_POLLING,
    log: createLog('test', (line) => void warnings.push(line)),
    clock: Date.now,
    enqueue: async () => {},
  });
  await collector.start();
});
afterAll(async () => {
  await collector.stop();
  await simulator.close();
  await database.drop();
});

let service: ServiceContext;
const context = (): ServiceContext => ({ ...service, clock: Date.now });

async function targetNamed(name: string) {
  const { items } = await listTargetViews(context());
  const found = items.find((target) => target.name === name);
  return found === undefined ? null : getTargetView(context(), found.id);
}

/** A target once a poll after `afterMs` had this outcome; on a slow machine another may time out before. */
async function polledAfter(name: string, afterMs: number, errorKind: string | null) {
  return until(async () => {
    const target = await targetNamed(name);
    const scrape = target?.lastScrape;
    return scrape != null && scrape.atMs > afterMs && scrape.errorKind === errorKind ? target : null;
  });
}

async function runOf(name: string) {
  const { items } = await listRunViews(context(), { origin: 'batch-api', limit: 50 });
  const run = items.find((each) => each.createdBy === `batch API ${name}`);
  return run === undefined ? null : getRunView(context(), run.id);
}

describe('a batch API', () => {
  it('becomes a run on the engine of its host, in either form', async () => {
    const run = await until(() => runOf('batches'));
    expect(run).toMatchObject({ state: 'running', engines: [{ name: 'engine · Qwen/Qwen2.5-0.5B-Instruct' }] });
    expect(run.batches.map((batch) => [batch.externalId, batch.state])).toEqual([
      ['batch_batch-1', 'finished'],
      ['batch_batch-2', 'running'],
    ]);
    expect(run.batches[0]).toMatchObject({ total: 500, completed: 500, failed: 0 });
    const stack = await until(() => runOf('stack'));
    expect(stack.batches.map((batch) => batch.state)).toEqual(['finished', 'running']);
  });

  it.each<[Fault, string | null, RegExp]>([
    ['garbage', 'not-batches', /no JSON|broken/],
    ['html', 'not-batches', /HTML page/],
    ['http-500', 'http-status', /500/],
    ['down', 'network', /closed the connection/],
    ['half-objects', null, /request_counts|no id|expected/],
    ['unknown-status', null, /paused_by_operator|not known/],
  ])('that answers with %s is shown as such and breaks nothing', async (fault, kind, words) => {
    const before = await until(() => runOf('batches'));
    simulator.setFault(`${OPENAI}/batches`, fault);
    const faultyMs = Date.now();
    const target = await until(async () => {
      const seen = await polledAfter('batches', faultyMs, kind);
      // A poll that was under way when the fault began still saw the list as it was.
      return kind === null && (seen.recognised?.problemCount ?? 0) === 0 ? null : seen;
    });
    expect(kind === null ? JSON.stringify(target.recognised) : target.lastScrape?.message).toMatch(words);
    await polledAfter('engine', faultyMs, null);
    await polledAfter('stack', faultyMs, null);
    // What was known of batches that have ended stays; half of an object takes nothing away.
    const during = await until(() => runOf('batches'));
    expect(during.batches[0]).toMatchObject({ completed: 500, endedAtMs: before.batches[0]?.endedAtMs });

    simulator.setFault(`${OPENAI}/batches`, 'none');
    const healedMs = Date.now();
    await polledAfter('batches', healedMs, null);
    const after = await until(async () => {
      const run = await runOf('batches');
      return run?.batches[1]?.state === 'running' ? run : null;
    });
    expect(after.id).toBe(before.id);
    expect(after.batches.slice(0, 2)).toMatchObject([
      { externalId: 'batch_batch-1', state: 'finished' },
      { externalId: 'batch_batch-2', state: 'running' },
    ]);
  });

  it('no batch was lost by the collector itself', () => {
    expect(warnings.filter((line) => line.includes('its batches wait'))).toEqual([]);
  });
});

describe('what is no batch API', () => {
  it('says so', async () => {
    const target = await polledAfter('no batch API', 0, 'http-status');
    expect(target.lastScrape?.message).toMatch(/404.*Is this a batch API\?/);
  });

  it('is tested before it is added', async () => {
    const input = (path: string) => ({
      name: 't',
      source: 'openai-batch' as const,
      url: `${simulator.url}${path}`,
      labels: {},
      profile: 'relative' as const,
      gpus: [],
    });
    const good = await testTarget(context(), input(OPENAI));
    expect(good.recognised).toMatchObject({
      unit: 'batches',
      text: expect.stringContaining('OpenAI batch API: 2 batches'),
    });
    const stack = await testTarget(context(), input(STACK));
    expect(stack.recognised?.missing[0]?.reason).toContain('no request counts on this server');
    const none = await testTarget(context(), input('/nothing'));
    expect(none.scrape).toMatchObject({ ok: false, errorKind: 'http-status' });
  });
});
