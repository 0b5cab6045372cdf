import { afterEach, describe, expect, test } from 'vitest';
import { createFetcher, type FetchOutcome } from '#lib/scrape/fetch.ts';
import { PageReader } from '#lib/scrape/page-reader.ts';
import { demoTargets } from '#lib/simulator/demo-fleet.ts';
import type { Fault, Scenario } from '#lib/simulator/scenario.ts';
import { DEMO, STEADY } from '#lib/simulator/scenarios-demo.ts';
import { type Simulator, startSimulator } from '#lib/simulator/server.ts';

const ENGINE = '/engines/llama/metrics';
const GPU = '/gpus/gpu-01/metrics';
const START_MS = 1_795_312_000_000;

const fetcher = createFetcher();
const running: Simulator[] = [];
let nowMs = START_MS;

async function start(scenario: Scenario = STEADY): Promise<Simulator> {
  nowMs = START_MS;
  const simulator = await startSimulator({ port: 0, host: '127.0.0.1', scenario, seed: 1, clock: () => nowMs });
  running.push(simulator);
  return simulator;
}

afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.close();
});

/** Long enough for the slowest machine; only what never answers is given up sooner. */
function poll(simulator: Simulator, path: string, timeoutMs = 60_000): Promise<FetchOutcome> {
  return fetcher.fetchPage({ url: `${simulator.url}${path}`, timeoutMs, maxBodyBytes: 16 * 1024 * 1024 });
}

async function control(simulator: Simulator, path: string, fault: Fault): Promise<number> {
  const answer = await fetch(`${simulator.url}/control`, { method: 'POST', body: JSON.stringify({ path, fault }) });
  return answer.status;
}

function bodyOf(outcome: FetchOutcome): string {
  if (!outcome.ok) throw new Error(`${outcome.kind}: ${outcome.message}`);
  return outcome.body;
}

function kindOf(outcome: FetchOutcome): string {
  return outcome.ok ? 'ok' : outcome.kind;
}

describe('the simulator', () => {
  test('plays a burst of report 000 on an engine: its own load in the multiples of the phases', async () => {
    const simulator = await start();
    const play = (path: string, name: string): Promise<Response> =>
      fetch(`${simulator.url}/control`, { method: 'POST', body: JSON.stringify({ path, play: name }) });
    const arrivedIn = async (seconds: number): Promise<number> => {
      const count = async (): Promise<number> => {
        const page = new PageReader('auto').read(bodyOf(await poll(simulator, ENGINE)));
        const engine = page.readings.find((reading) => reading.kind === 'engine');
        if (engine?.kind !== 'engine') throw new Error('no engine');
        const { finished_stop: stop = 0, finished_length: length = 0, finished_abort: abort = 0 } = engine.counters;
        const { running_requests: running = 0, waiting_requests: waiting = 0 } = engine.gauges;
        return stop + length + abort + running + waiting;
      };
      const before = await count();
      nowMs += seconds * 1000;
      return (await count()) - before;
    };
    expect((await play(ENGINE, 'burst_10x_spike_extreme')).status).toBe(200);
    const baseline = await arrivedIn(10);
    expect(await arrivedIn(10)).toBeGreaterThan(baseline * 5);
    expect(await arrivedIn(10)).toBeLessThan(baseline * 3);
    expect((await play(GPU, 'burst_10x_spike_extreme')).status).toBe(404);
    expect((await play(ENGINE, 'no-such-burst')).status).toBe(400);
  });

  test('serves every target of the demo as the poller reads it', async () => {
    const simulator = await start(DEMO);
    const targets = demoTargets(simulator.url);
    expect(targets.map((target) => target.url)).toEqual(simulator.paths.map((path) => `${simulator.url}${path}`));
    let engines = 0;
    let gpus = 0;
    for (const target of targets) {
      const body = bodyOf(
        await fetcher.fetchPage({ url: target.url ?? '', timeoutMs: 60_000, maxBodyBytes: 16 * 1024 * 1024 }),
      );
      const page = new PageReader('auto').read(body);
      expect(page.problemCount, target.name).toBe(0);
      engines += page.readings.filter((reading) => reading.kind === 'engine').length;
      gpus += page.readings.filter((reading) => reading.kind === 'gpu').length;
    }
    expect({ engines, gpus }).toEqual({ engines: 6, gpus: 6 });
  });

  test('moves with the clock, and only with it', async () => {
    const simulator = await start();
    const first = bodyOf(await poll(simulator, ENGINE));
    expect(bodyOf(await poll(simulator, ENGINE))).toBe(first);
    nowMs += 5000;
    expect(bodyOf(await poll(simulator, ENGINE))).not.toBe(first);
  });

  test('answers health, version and its list of targets', async () => {
    const simulator = await start();
    expect((await fetch(`${simulator.url}/health`)).status).toBe(200);
    expect(await (await fetch(`${simulator.url}/engines/llama/version`)).json()).toEqual({ version: '0.23.0' });
    expect(await (await fetch(simulator.url)).text()).toBe(`${ENGINE}\n${GPU}\n`);
    expect((await fetch(`${simulator.url}/nothing`)).status).toBe(404);
  });

  test('refuses a fault that it does not know, and a target that it does not have', async () => {
    const simulator = await start();
    expect(await control(simulator, ENGINE, 'upside-down' as Fault)).toBe(400);
    expect(await control(simulator, '/engines/other/metrics', 'down')).toBe(404);
  });
});

describe('a broken target', () => {
  test.each([
    ['down', 'network'],
    ['hang', 'timeout-headers'],
    ['slow-headers', 'timeout-headers'],
    ['endless', 'too-large'],
    ['html', 'not-metrics'],
    ['gzip-bomb', 'too-large'],
    ['huge', 'too-large'],
  ] as const)('%s is seen as %s, while the others go on and it comes back', async (fault, kind) => {
    const simulator = await start();
    expect(await control(simulator, ENGINE, fault)).toBe(200);
    expect(kindOf(await poll(simulator, ENGINE, kind === 'timeout-headers' ? 400 : 60_000))).toBe(kind);
    expect(kindOf(await poll(simulator, GPU))).toBe('ok');
    expect(await control(simulator, ENGINE, 'none')).toBe(200);
    expect(kindOf(await poll(simulator, ENGINE))).toBe('ok');
  });

  test('frozen repeats one page, byte by byte, while time goes on', async () => {
    const simulator = await start();
    await control(simulator, ENGINE, 'frozen');
    const first = bodyOf(await poll(simulator, ENGINE));
    nowMs += 60_000;
    expect(bodyOf(await poll(simulator, ENGINE))).toBe(first);
    await control(simulator, ENGINE, 'none');
    expect(bodyOf(await poll(simulator, ENGINE))).not.toBe(first);
  });

  test('restart closes the port while the model loads, then counts from zero in a new process', async () => {
    const simulator = await start();
    const read = async () => {
      const [reading] = new PageReader('auto').read(bodyOf(await poll(simulator, ENGINE))).readings;
      if (reading?.kind !== 'engine') throw new Error('no engine on the page');
      return { startS: reading.gauges.process_start_s ?? 0, tokens: reading.counters.generation_tokens ?? 0 };
    };
    expect((await read()).tokens, 'nothing from before it could be polled').toBe(0);
    nowMs += 60_000;
    const before = await read();
    await control(simulator, ENGINE, 'restart');
    nowMs += 10_000;
    expect(kindOf(await poll(simulator, ENGINE))).toBe('network');
    nowMs += 20_000;
    const after = await read();
    expect(after.startS).toBeGreaterThan(before.startS);
    expect(after.tokens).toBeLessThan(before.tokens);
  });
});

test('a scenario breaks its targets by its own timeline, again and again', async () => {
  const faults = [{ path: ENGINE, fault: 'html', startS: 60, endS: 70, everyS: 100 }] as const;
  const simulator = await start({ ...STEADY, faults });
  const seen: string[] = [];
  for (const atS of [0, 59, 60, 69, 70, 165, 171]) {
    nowMs = START_MS + atS * 1000;
    seen.push(kindOf(await poll(simulator, ENGINE)));
  }
  expect(seen).toEqual(['ok', 'ok', 'not-metrics', 'not-metrics', 'ok', 'not-metrics', 'ok']);
});
