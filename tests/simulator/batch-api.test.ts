import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasEnded } from '#lib/runs/api-batch.ts';
import { createFetcher } from '#lib/scrape/fetch.ts';
import { createPoll, type PollOutcome } from '#lib/scrape/poll.ts';
import { BATCH_CASES, BATCH_REQUESTS, batchScenario } from '#lib/simulator/scenarios-batch.ts';
import { type Simulator, startSimulator } from '#lib/simulator/server.ts';
import { SETTINGS } from '#tests/engine-polls.ts';

const START_MS = 1_795_000_000_000;
const fetcher = createFetcher();
let simulator: Simulator;
let nowMs = START_MS;

beforeAll(async () => {
  const steady = BATCH_CASES.find((each) => each.id === 'multi_batch_steady');
  if (steady === undefined) throw new Error('no steady scenario');
  simulator = await startSimulator({
    port: 0,
    host: '127.0.0.1',
    scenario: batchScenario(steady),
    seed: 1,
    clock: () => nowMs,
  });
});
afterAll(async () => {
  await fetcher.close();
  await simulator.close();
});

async function poll(base: string, atS: number): Promise<PollOutcome> {
  nowMs = START_MS + atS * 1000;
  const settings = { ...SETTINGS, source: 'openai-batch' as const, url: `${simulator.url}${base}` };
  return createPoll(settings, { fetcher, smiCommand: '' })();
}
const batchesOf = (outcome: PollOutcome) => (outcome.ok ? (outcome.batches ?? []) : []);
const OPENAI = '/batch-apis/batch/v1';
const STACK = '/batch-apis/batch/production-stack/v1';

// Virtual time only goes forward: these are in the order of the scenario.
describe('the batch API of a multi-batch scenario', () => {
  it('is among the paths', () => expect(simulator.paths).toContain(`${OPENAI}/batches`));

  it('has no batch before the first is submitted', async () => {
    expect(await poll(OPENAI, 50)).toMatchObject({ ok: true, samples: 0, problems: 0 });
  });

  it('validates, then counts what its engine finished', async () => {
    expect(batchesOf(await poll(OPENAI, 57))).toMatchObject([{ state: 'waiting', total: null, startedMs: null }]);
    const [running] = batchesOf(await poll(OPENAI, 180));
    expect(running).toMatchObject({ state: 'running', total: BATCH_REQUESTS, startedMs: START_MS + 60_000, failed: 0 });
    // Two minutes at 2.08 req/s.
    expect(running?.completed).toBeGreaterThan(220);
    expect(running?.completed).toBeLessThan(270);
    expect(running?.promptTokens).toBeGreaterThan(100_000);
  });

  it("in production-stack's form nothing is counted", async () => {
    const outcome = await poll(STACK, 180);
    expect(batchesOf(outcome)).toMatchObject([{ state: 'running', total: null, completed: null, startedMs: null }]);
    expect(outcome.recognised?.text).toContain('production-stack');
  });

  it('ends when the last request is answered', async () => {
    const all = batchesOf(await poll(OPENAI, 960));
    expect(all.map((batch) => [batch.externalId, hasEnded(batch), batch.completed])).toEqual([
      ['batch_batch-3', true, BATCH_REQUESTS],
      ['batch_batch-2', true, BATCH_REQUESTS],
      ['batch_batch-1', true, BATCH_REQUESTS],
    ]);
    expect((all[2]?.endedMs ?? 0) - START_MS).toBeGreaterThan(290_000);
  });

  it.each([
    ['half-objects', 4],
    ['unknown-status', 3],
  ] as const)('%s', async (fault, read) => {
    expect(simulator.setFault(`${OPENAI}/batches`, fault)).toBe(true);
    const outcome = await poll(OPENAI, 961);
    expect(batchesOf(outcome)).toHaveLength(read);
    expect(batchesOf(outcome).some((batch) => batch.state === 'unknown')).toBe(true);
    expect(outcome.ok && outcome.problems).toBeGreaterThan(0);
  });

  it('such faults are none of a metrics page', () => {
    expect(simulator.setFault('/engines/batch/metrics', 'half-objects')).toBe(false);
  });
});
