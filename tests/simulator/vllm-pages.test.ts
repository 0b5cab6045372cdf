import { describe, expect, test } from 'vitest';
import type { EngineReading, HistogramReading } from '#lib/metrics/sample.ts';
import { ENGINE_FORMATS, type EngineFormat } from '#lib/simulator/bounds.ts';
import type { Engine } from '#lib/simulator/engine.ts';
import { Fleet, type Server } from '#lib/simulator/fleet.ts';
import { engineOf, LLAMA_8B } from '#lib/simulator/models.ts';
import { layOutServer } from '#lib/simulator/pages.ts';
import type { Tally } from '#lib/simulator/tally.ts';
import { fixtureTest, readFixture } from '#tests/fixtures.ts';
import { readText } from '#tests/scrape/sources/pages.ts';
import { onlyServer } from '#tests/simulator/run-scenario.ts';

const EPOCH_S = 1_795_312_000;
const NOW_S = 120;

function serverOf(format: EngineFormat, ranks = 1): Server {
  const load = { kind: 'wave', spacing: { kind: 'poisson' }, baseRps: 14, swing: 0, periodS: 60 } as const;
  const model = { ...LLAMA_8B, maxModelTokens: 8192, kvBlocks: 2400, prompt: { mean: 1400, sigma: 0.4 } };
  const engines = Array.from({ length: ranks }, (_, rank) => engineOf(model, `e/${rank}`, format, load, String(rank)));
  const fleet = new Fleet({
    scenario: {
      name: 'page',
      title: '',
      servers: [{ name: 'e', host: 'h', format, engines }],
      hosts: [],
      events: [],
      faults: [],
      lengthS: 1,
    },
    seed: 1,
    stepS: 1,
    warmUpS: 600,
  });
  fleet.advance(NOW_S);
  return onlyServer(fleet);
}

function read(server: Server) {
  return readText(layOutServer(server, { epochS: EPOCH_S, nowS: NOW_S }).print());
}

function sameHistogram(found: HistogramReading | undefined, tally: Tally): void {
  expect(found?.bounds).toEqual([...tally.bounds, Number.POSITIVE_INFINITY]);
  let below = 0;
  const cumulative = Array.from(tally.counts, (count) => {
    below += count;
    return below;
  });
  expect(Array.from(found?.cumulative ?? [])).toEqual(cumulative);
  expect(found?.sum).toBeCloseTo(tally.sum, 3);
}

const RECOGNISED: Readonly<Record<EngineFormat, string>> = {
  '0.6.6': 'vLLM 0.6.4 or later, before 0.7.0 (V0 engine), 1 engine',
  '0.8.5': 'vLLM 0.8.3 or later, before 0.9.2 (V1 engine), 1 engine',
  '0.10.2': 'vLLM 0.10.2 or later, before 0.11.0 (V1 engine), 1 engine',
  '0.11.0': 'vLLM 0.11.0 or later, before 0.11.1 (V1 engine), 1 engine',
  '0.23.0': 'vLLM 0.20.0 or later (V1 engine), 1 engine',
  rust: 'vLLM 0.20.0 or later (V1 engine, Rust front end), 1 engine',
  sglang: 'SGLang, 1 engine',
};

function counters(engine: Engine, format: EngineFormat): EngineReading['counters'] {
  const { counters: c, settings } = engine;
  const unit = format === '0.8.5' ? settings.blockTokens : 1;
  const caching = { prefix_queries: Math.floor(c.prefixQueries / unit), prefix_hits: Math.floor(c.prefixHits / unit) };
  const tokens = { prompt_tokens: c.promptTokens, generation_tokens: c.generationTokens };
  if (format === 'sglang') {
    return {
      ...tokens,
      prompt_tokens_cached: c.prefixHits,
      finished_other: engine.finished - c.finishedAbort,
      finished_abort: c.finishedAbort,
    };
  }
  const reasons = { finished_stop: c.finishedStop, finished_length: c.finishedLength, finished_abort: c.finishedAbort };
  const http = format === '0.6.6' ? {} : { http_2xx: c.http2xx, http_4xx: c.http4xx, http_5xx: c.http5xx };
  if (format === '0.6.6') return { ...tokens, ...reasons, preemptions: c.preemptions };
  if (format === 'rust') {
    // Its series appear with their first event.
    const preemptions = c.preemptions === 0 ? {} : { preemptions: c.preemptions };
    return { ...tokens, ...reasons, ...http, ...caching, ...preemptions, prompt_tokens_cached: c.prefixHits };
  }
  const newest = {
    prompt_tokens_cached: c.prefixHits,
    external_prefix_queries: 0,
    external_prefix_hits: 0,
    mm_cache_queries: 0,
    mm_cache_hits: 0,
    finished_error: 0,
    finished_other: 0,
  };
  return {
    ...tokens,
    ...reasons,
    ...http,
    ...caching,
    preemptions: c.preemptions,
    ...(format === '0.23.0' ? newest : {}),
  };
}

describe.each(ENGINE_FORMATS)('the page of %s', (format) => {
  const server = serverOf(format);
  const [engine] = server.engines;
  const { page, plan, engines, notes } = read(server);
  const [reading] = engines;

  test('is recognised as that release, without a lost line or a doubt', () => {
    expect(plan.recognised).toBe(RECOGNISED[format]);
    expect(page.problemCount).toBe(0);
    expect(notes).toEqual([]);
  });

  test('gives back the gauges and counters of the model', () => {
    if (engine === undefined || reading === undefined) throw new Error('no engine');
    expect(reading.model).toBe(engine.settings.model);
    expect(reading.gauges.running_requests).toBe(engine.running);
    expect(reading.gauges.waiting_requests).toBe(engine.waiting);
    const usage = engine.usedBlocks / engine.settings.kvBlocks;
    expect(reading.gauges.kv_usage_ratio).toBeCloseTo(usage, format === 'sglang' ? 2 : 12);
    if (format !== 'rust') {
      expect((reading.gauges.kv_blocks ?? 0) * (reading.gauges.kv_block_tokens ?? 0)).toBe(2400 * 16);
    }
    if (format !== 'rust' && format !== 'sglang') {
      expect(reading.gauges.process_start_s).toBeCloseTo(EPOCH_S + server.startedAtS, 2);
    }
    if (format === '0.6.6')
      expect(reading.gauges.prefix_hit_ratio).toBeCloseTo(
        engine.counters.prefixHits / engine.counters.prefixQueries,
        9,
      );
    expect(reading.counters).toEqual(counters(engine, format));
    expect(engine.counters.finishedStop).toBeGreaterThan(1000);
  });

  test('gives back every histogram of the model, bucket by bucket', () => {
    if (engine === undefined || reading === undefined) throw new Error('no engine');
    const always = ['ttft_s', 'itl_s', 'e2e_s'] as const;
    const vllm = [
      'queue_s',
      'prefill_s',
      'decode_s',
      'inference_s',
      'request_prompt_tokens',
      'request_generation_tokens',
    ] as const;
    const steps = ['iteration_tokens'] as const;
    const tpot = ['tpot_s'] as const;
    const expected = [
      ...always,
      ...(format === 'sglang' ? [] : vllm),
      ...(format === 'sglang' || format === 'rust' ? [] : steps),
      ...(['0.11.0', '0.23.0', 'rust'].includes(format) ? tpot : []),
    ];
    expect(Object.keys(reading.histograms).sort()).toEqual([...expected].sort());
    for (const field of expected) sameHistogram(reading.histograms[field], engine.tallies[field]);
  });

  test('holds nothing that is not known: each ignored series has a reason of its own', () => {
    for (const { name, reason } of plan.ignored) expect(reason, name).not.toBe('no canonical field for it');
  });
});

describe('a data-parallel server', () => {
  test('prints one series per rank', () => {
    const server = serverOf('0.10.2', 2);
    const { engines, plan } = read(server);
    expect(plan.recognised).toContain('2 engines');
    expect(engines.map((engine) => engine.engine)).toEqual(['0', '1']);
    expect(engines.map((engine) => engine.counters.generation_tokens)).toEqual(
      server.engines.map((engine) => engine.counters.generationTokens),
    );
  });
});

/** Names with their labels and bounds; values, model names and the settings inside cache_config_info differ. */
function shapeOf(text: string, skip: RegExp): string[] {
  const { page } = readText(text);
  const lines = page.shape.series
    .filter((series) => !skip.test(series.name))
    .map((series) => {
      const labels = [...series.labels].map(([label, value]) => {
        return ['le', 'engine', 'finished_reason', 'reason', 'source', 'sleep_state', 'generation'].includes(label)
          ? `${label}=${value}`
          : label;
      });
      return `${series.name}{${labels.join(',')}}`;
    });
  return [...new Set(lines)].sort();
}

function familiesOf(text: string, skip: RegExp): string[] {
  return readText(text)
    .page.shape.families.filter((family) => !skip.test(family.name))
    .map((family) => `${family.type} ${family.name} ${family.help}`);
}

const HTTP = /^http_/;

describe.each([
  ['0.6.6', 'v0.6.6.post1-v0engine.prom'],
  ['0.8.5', 'v0.8.5-v1engine.prom'],
  ['0.11.0', 'v0.11.0-v1.prom'],
  ['0.23.0', 'v0.23.0-v1.prom'],
] as const)('the page of %s beside a real one', (format, fixture) => {
  fixtureTest('has the same series, labels in the same order, and bounds', () => {
    const ours = layOutServer(serverOf(format), { epochS: EPOCH_S, nowS: NOW_S }).print();
    expect(shapeOf(ours, HTTP)).toEqual(shapeOf(readFixture(`vllm-generated/${fixture}`), HTTP));
  });

  fixtureTest('declares the same families with the same words in the same order', () => {
    const ours = layOutServer(serverOf(format), { epochS: EPOCH_S, nowS: NOW_S }).print();
    expect(familiesOf(ours, HTTP)).toEqual(familiesOf(readFixture(`vllm-generated/${fixture}`), HTTP));
  });
});

fixtureTest('two data-parallel ranks are printed as a real server prints them, but for what 0.10.2 added', () => {
  const ours = layOutServer(serverOf('0.10.2', 2), { epochS: EPOCH_S, nowS: NOW_S }).print();
  const added = /^http_|inter_token_latency/;
  expect(shapeOf(ours, added)).toEqual(shapeOf(readFixture('vllm-generated/v0.10.1.1-v1-dp2.prom'), added));
});

fixtureTest('the Rust front end is written as the hand-made sample writes it', () => {
  const ours = layOutServer(serverOf('rust'), { epochS: EPOCH_S, nowS: NOW_S }).print();
  const mine = shapeOf(ours, /^$/);
  const families = familiesOf(ours, /^$/);
  const missing = /estimated_flops/;
  for (const line of shapeOf(readFixture('vllm-handmade/rust-frontend-shape.om'), missing))
    expect(mine).toContain(line);
  for (const line of familiesOf(readFixture('vllm-handmade/rust-frontend-shape.om'), missing))
    expect(families).toContain(line);
  expect(ours.endsWith('# EOF\n')).toBe(true);
});

fixtureTest('SGLang is written as its documentation shows it', () => {
  const ours = shapeOf(layOutServer(serverOf('sglang'), { epochS: EPOCH_S, nowS: NOW_S }).print(), /^$/);
  for (const line of shapeOf(readFixture('other-engines/sglang-docs-2025-12.prom'), /func_latency/))
    expect(ours).toContain(line);
});
