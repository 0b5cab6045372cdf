import { describe, expect, it } from 'vitest';
import { placeResult } from '#lib/runs/results/place-result.ts';
import { readResults } from '#lib/runs/results/read-results.ts';
import { ResultError } from '#lib/runs/results/result-error.ts';
import { aiperfExport, guidellmBenchmark, guidellmReport, MODEL, vllmBench } from '#tests/runs/results/documents.ts';

const only = (document: unknown) => {
  const { tool, cells } = readResults(JSON.stringify(document));
  const [cell] = cells;
  if (cell === undefined || cells.length !== 1) throw new Error(`expected one cell, found ${cells.length}`);
  return { tool, ...cell };
};

describe('vllm bench serve', () => {
  it('numbers, parameters and joint goodput come out in base units', () => {
    const { tool, params, numbers, times } = only(vllmBench());
    expect(tool).toBe('vllm-bench');
    expect(params).toEqual({ model: MODEL, context_tokens: 1030, concurrency: 50 });
    expect(numbers).toMatchObject({
      durationSeconds: 20,
      completed: 190,
      failed: 10,
      requestsPerSecond: 9.5,
      goodputPerSecond: 8,
      goodRatio: 0.8,
      outputTokensPerSecond: 1216,
      latency: { mean: 1.2, p50: 1.1, p95: 1.9, p99: 2.4, max: null },
      ttft: { p95: 0.26 },
      errors: null,
      oomErrors: null,
    });
    expect(times).toEqual({
      kind: 'local',
      startMs: Date.UTC(2026, 10, 26, 2, 29, 55),
      endMs: Date.UTC(2026, 10, 26, 2, 30, 15),
    });
  });

  it('--append-result is a document a line; a list of documents is the same', () => {
    const [a, b] = [vllmBench(), vllmBench({ max_concurrency: 100 })].map((each) => JSON.stringify(each));
    for (const text of [`${a}\n${b}`, `${a}${b}`, `[${a}, ${b}]`])
      expect(readResults(text).cells.map(({ params }) => params.concurrency)).toEqual([50, 100]);
  });

  it("Python's NaN and Infinity are unknown, also beside texts that look like them", () => {
    const text = JSON.stringify(vllmBench({ label: 'NaN "Infinity" {' }))
      .replace('"p95_e2el_ms":1900', '"p95_e2el_ms":NaN')
      .replace('"p99_e2el_ms":2400', '"p99_e2el_ms": Infinity')
      .replace('"request_goodput":8', '"request_goodput":-Infinity');
    const [cell] = readResults(text).cells;
    expect(cell?.numbers).toMatchObject({
      latency: { p50: 1.1, p95: null, p99: null },
      goodputPerSecond: null,
      goodRatio: null,
    });
  });

  it('--save-detailed gives whole requests, errors by kind, and the prompts as sent', () => {
    const document = vllmBench({
      completed: 3,
      failed: 2,
      input_lens: [4096, 4096, 4096, 4096, 4096],
      output_lens: [3, 3, 3, 0, 0],
      ttfts: [0.1, 0.2, 0.3, 0, 0],
      itls: [[0.1, 0.1], [0.1, 0.1], [0.1, 0.1], [], []],
      errors: ['', '', '', 'CUDA out of memory', 'Timeout'],
    });
    const { numbers, params, remarks } = only({
      ...document,
      p50_e2el_ms: undefined,
      median_e2el_ms: undefined,
      p95_e2el_ms: undefined,
      p99_e2el_ms: undefined,
    });
    expect(params.context_tokens).toBe(4096);
    expect(numbers.latency.p50).toBeCloseTo(0.4, 9);
    expect(numbers.latency.p95).toBeCloseTo(0.49, 9);
    expect(numbers).toMatchObject({ errors: { 'CUDA out of memory': 1, Timeout: 1 }, oomErrors: 1, perRequest: 5 });
    expect(remarks).toEqual([]);
  });

  it('of no completed request nothing is a latency of 0, and a file without p95 says how to get it', () => {
    expect(only(vllmBench({ completed: 0, failed: 200, p95_e2el_ms: 0, p95_ttft_ms: 0 })).numbers).toMatchObject({
      latency: { p50: null, p95: null },
      ttft: { p95: null },
      goodputPerSecond: 8,
    });
    expect(only(vllmBench({ p95_e2el_ms: undefined })).remarks[0]).toMatch(/--percentile-metrics/);
  });

  it('older files: failures are what was asked for and did not complete; the key of goodput had a colon', () => {
    const { numbers } = only(vllmBench({ failed: undefined, request_goodput: undefined, 'request_goodput:': 4 }));
    expect(numbers).toMatchObject({ failed: 10, goodputPerSecond: 4 });
  });

  it('--metadata names the cell', () => {
    const { params } = only(
      vllmBench({ scenario: 'burst_5x_spike', gpu: 'RTX 3090', quantization: 'INT4', other: 'x' }),
    );
    expect(params).toMatchObject({ scenario: 'burst_5x_spike', gpu: 'RTX 3090', quantization: 'INT4' });
    expect(params).not.toHaveProperty('other');
  });
});

describe('GuideLLM', () => {
  it('a benchmark a strategy; seconds stay seconds, milliseconds become seconds, errors are counted', () => {
    const { tool, cells } = readResults(
      JSON.stringify(
        guidellmReport([
          { streams: 50, startSeconds: 1_790_000_000 },
          { streams: 100, startSeconds: 1_790_000_040, errored: 4 },
        ]),
      ),
    );
    expect(tool).toBe('guidellm');
    expect(cells.map(({ params }) => [params.context_tokens, params.concurrency])).toEqual([
      [1024, 50],
      [1024, 100],
    ]);
    expect(cells[1]?.times).toEqual({ kind: 'absolute', startMs: 1_790_000_040_000, endMs: 1_790_000_070_000 });
    expect(cells[1]?.numbers).toMatchObject({
      completed: 100,
      failed: 4,
      incomplete: 3,
      latency: { p50: 1.1, p95: 1.6500000000000001, p99: 1.9800000000000002 },
      ttft: { p50: 0.12 },
      goodRatio: 0.9,
      goodputPerSecond: 70,
      promptTokens: 102_400,
      errors: { 'CUDA out of memory': 4 },
      oomErrors: 4,
    });
    expect(cells[0]?.numbers).toMatchObject({ failed: 0, oomErrors: 0, errors: {} });
    expect(cells[0]?.remarks[0]).toMatch(/^3 requests were cut off/);
  });

  it('reports of 0.2 have the strategy, the counts and the times elsewhere', () => {
    const {
      config: _config,
      scheduler_metrics: _metrics,
      start_time: _start,
      end_time: _end,
      ...rest
    } = guidellmBenchmark({ streams: 8, startSeconds: 1 });
    const old = {
      ...rest,
      metrics: { ...(rest.metrics as object), request_totals: undefined },
      args: { strategy: { type_: 'synchronous' } },
      worker: { backend_model: 'old-model' },
      run_stats: {
        start_time: 1_700_000_000,
        end_time: 1_700_000_060,
        requests_made: { successful: 60, errored: 0, incomplete: 0, total: 60 },
      },
    };
    const { params, numbers, times } = only({ benchmarks: [old] });
    expect(params).toMatchObject({ model: 'old-model', concurrency: 1 });
    expect(numbers.completed).toBe(60);
    expect(times).toMatchObject({ kind: 'absolute', startMs: 1_700_000_000_000 });
  });

  it('a distribution of no request is unknown, not 0', () => {
    const document = guidellmReport([{ streams: 1, startSeconds: 1_790_000_000 }]);
    const [first] = document.benchmarks as { metrics: Record<string, unknown> }[];
    if (first !== undefined)
      first.metrics.request_latency = { successful: { mean: 0, count: 0, percentiles: { p95: 0 } } };
    expect(only(document).numbers.latency).toEqual({ mean: null, p50: null, p95: null, p99: null, max: null });
  });
});

describe('AIPerf', () => {
  it('metrics are read by their unit; good requests are a share of all', () => {
    const { tool, params, numbers, times } = only(aiperfExport());
    expect(tool).toBe('aiperf');
    expect(params).toEqual({ model: MODEL, context_tokens: 4090, output_tokens: 256, concurrency: 100 });
    expect(numbers).toMatchObject({
      completed: 97,
      failed: 3,
      goodRatio: 0.91,
      goodputPerSecond: 9.1,
      latency: { p50: 3.2, p95: 4.8, p99: 6.4 },
      errors: { 'HTTPError: unavailable': 2, 'TimeoutError: late': 1 },
      oomErrors: 0,
    });
    expect(times).toMatchObject({ kind: 'local', startMs: Date.UTC(2026, 10, 26, 2, 30, 0, 250) });
  });

  it('older exports have the first and last request in nanoseconds: a time that can be placed', () => {
    const { times } = only(
      aiperfExport({
        min_request_timestamp: { unit: 'ns', avg: 1.79e18 },
        max_response_timestamp: { unit: 'ns', avg: 1.79e18 + 1e10 },
      }),
    );
    expect(times).toEqual({ kind: 'absolute', startMs: 1_790_000_000_000, endMs: 1_790_000_010_000 });
  });

  it('a unit that is none of time is unknown; without any word on errors failures are unknown', () => {
    const { numbers } = only(
      aiperfExport({
        request_latency: { unit: 'tokens', avg: 1, p95: 2 },
        error_request_count: undefined,
        error_summary: undefined,
      }),
    );
    expect(numbers.latency.p95).toBeNull();
    expect(numbers).toMatchObject({ failed: null, errors: null, oomErrors: null });
  });
});

describe('a file that cannot be read says where and what was expected', () => {
  const CASES: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', '', /the file is empty/],
    ['no JSON', 'hello', /the JSON that begins in line 1/],
    ['cut off', '{"a": 1}\n{"benchmarks": [', /the JSON that begins in line 2/],
    ['an empty list', '[]', /the list in the file is empty/],
    ['a number', '7', /expected an object, found number 7/],
    [
      'another tool',
      '{"rps": 3, "p95": 4}',
      /not a result of vllm bench serve, GuideLLM, AIPerf: found an object with rps, p95/,
    ],
    ['an element of a list', JSON.stringify([vllmBench(), {}]), /^\[1\]: not a result/],
    ['two tools', JSON.stringify([vllmBench(), aiperfExport()]), /^\[1\]: results of two tools/],
    [
      'counts that are none',
      JSON.stringify(vllmBench({ completed: 'many' })),
      /^completed: expected a count, found string "many"/,
    ],
    [
      'no benchmark',
      JSON.stringify({ metadata: { guidellm_version: '1' }, benchmarks: [] }),
      /^benchmarks: expected a list/,
    ],
    [
      'metrics missing',
      JSON.stringify({ metadata: { guidellm_version: '1' }, benchmarks: [{}] }),
      /^benchmarks\[0\]\.metrics: expected an object, found nothing/,
    ],
    ['no count', JSON.stringify(aiperfExport({ request_count: {} })), /^request_count\.avg: expected a count/],
    ['too many', JSON.stringify(Array.from({ length: 501 }, () => ({}))), /501 measurements: the limit is 500/],
  ];
  it.each(CASES)('%s', (_name, text, message) => {
    expect(() => readResults(text)).toThrow(ResultError);
    expect(() => readResults(text)).toThrow(message);
  });

  it('a configuration of very many keys is looked through only so far', () => {
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i]));
    expect(only(aiperfExport({ input_config: { wide } })).params).not.toHaveProperty('concurrency');
  });

  it('hostile values are unknown: negative, texts, objects, huge texts, prototypes', () => {
    const { numbers, params } = only({
      ...vllmBench({
        request_throughput: -1,
        duration: '20',
        total_input_tokens: 1e300,
        max_concurrency: {},
        p95_e2el_ms: '9',
        model_id: 'x'.repeat(9000),
      }),
      ...(JSON.parse('{"__proto__": {"failed": 7}, "constructor": 1}') as object),
    });
    expect(numbers).toMatchObject({
      requestsPerSecond: null,
      durationSeconds: null,
      promptTokens: null,
      latency: { p95: null },
    });
    expect(params).not.toHaveProperty('concurrency');
    expect(String(params.model)).toHaveLength(200);
  });
});

describe('a result in time', () => {
  const NOW = 1_790_000_000_000;
  it.each([
    ['no time', { kind: 'unknown' }, null, { placed: false, reason: /does not say/ }],
    [
      'a clock without a zone',
      { kind: 'local', startMs: NOW - 9000, endMs: NOW - 1000 },
      null,
      { placed: false, reason: /without a zone/ },
    ],
    [
      'with its offset',
      { kind: 'local', startMs: NOW + 7_190_000, endMs: NOW + 7_195_000 },
      120,
      { placed: true, startMs: NOW - 10_000, endMs: NOW - 5000 },
    ],
    [
      'the future',
      { kind: 'absolute', startMs: NOW, endMs: NOW + 61_000 },
      null,
      { placed: false, reason: /in the future/ },
    ],
    [
      'a clock a little ahead',
      { kind: 'absolute', startMs: NOW - 5000.5, endMs: NOW + 900 },
      null,
      { placed: true, startMs: NOW - 5001, endMs: NOW },
    ],
  ] as const)('%s', (_name, times, offset, expected) => {
    const { placed, ...rest } = placeResult(times, offset, NOW);
    expect(placed).toBe(expected.placed);
    if ('reason' in expected) expect('reason' in rest ? rest.reason : '').toMatch(expected.reason);
    else expect(rest).toEqual({ startMs: expected.startMs, endMs: expected.endMs });
  });
});
