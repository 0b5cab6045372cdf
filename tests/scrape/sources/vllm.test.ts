import { describe, expect, test } from 'vitest';
import { fixtureTest, readFixture } from '#tests/fixtures.ts';
import { ignoredReason, only, readPageFixture, readText, reasonFor } from '#tests/scrape/sources/pages.ts';

const V1 = 'vllm:num_requests_running{engine="0",model_name="m"} 3\n';

describe('versions', () => {
  const EXPECTED: readonly (readonly [file: string, text: string, lazy: boolean])[] = [
    ['v0.5.5-v0engine', 'vLLM 0.5.5 or later, before 0.7.0 (V0 engine), 1 engine', true],
    ['v0.6.6.post1-v0engine', 'vLLM 0.6.4 or later, before 0.7.0 (V0 engine), 1 engine', true],
    ['v0.7.3-v0engine', 'vLLM 0.6.4 or later, before 0.8.0 (V0 engine), 1 engine', true],
    ['v0.8.5-v1engine', 'vLLM 0.8.3 or later, before 0.9.2 (V1 engine), 1 engine', false],
    ['v0.9.2-v1', 'vLLM 0.9.2 or later, before 0.10.2 (V1 engine), 1 engine', false],
    ['v0.10.1.1-v1-dp2', 'vLLM 0.9.2 or later, before 0.10.2 (V1 engine), 2 engines', false],
    ['v0.11.0-v1', 'vLLM 0.11.0 or later, before 0.11.1 (V1 engine), 1 engine', false],
    ['v0.11.0-v1-show-hidden', 'vLLM 0.11.0 or later, before 0.11.1 (V1 engine), 1 engine', false],
    ['v0.19.1-ish-v1', 'vLLM 0.17.0 or later, before 0.20.0 (V1 engine), 1 engine', false],
    ['v0.23.0-v1', 'vLLM 0.20.0 or later (V1 engine), 1 engine', false],
  ];
  for (const [file, text, lazy] of EXPECTED) {
    fixtureTest(`${file} is recognised as ${text}`, () => {
      const { plan, engines } = readPageFixture(`vllm-generated/${file}.prom`);
      expect(plan.recognised).toBe(text);
      expect(engines.every((engine) => engine.lazyCounters === lazy)).toBe(true);
    });
  }

  fixtureTest('what a version does not have is explained by release', () => {
    const old = readPageFixture('vllm-generated/v0.6.6.post1-v0engine.prom').plan;
    expect(reasonFor(old, 'prefix_queries')).toContain('since vLLM 0.7.3, this server is older');
    expect(reasonFor(old, 'tpot_s')).toContain('since vLLM 0.11.0');
    const young = readPageFixture('vllm-generated/v0.23.0-v1.prom').plan;
    expect(reasonFor(young, 'swapped_requests')).toContain('last in vLLM 0.9.0, this server is newer');
    expect(reasonFor(young, 'kv_block_lifetime_s')).toContain('--kv-cache-metrics');
    const middle = readPageFixture('vllm-generated/v0.9.2-v1.prom').plan;
    expect(reasonFor(middle, 'finished_error')).toContain('since vLLM 0.13.0, this server is older');
  });

  fixtureTest('a V0 server without a request yet gives no engine, not one without a name', () => {
    const { engines, notes, plan } = readPageFixture('vllm-generated/v0.6.6.post1-v0engine-idle.prom');
    expect(engines).toEqual([]);
    expect(notes.join()).toContain('first request');
    expect(reasonFor(plan, 'running_requests')).toContain('declared but has no usable sample yet');
  });

  fixtureTest('a V1 server without a request yet has its counters at zero', () => {
    const { counters, gauges } = only(readPageFixture('vllm-generated/main-2026-08-17-v1-idle.prom').engines);
    expect(counters).toMatchObject({ prompt_tokens: 0, finished_stop: 0, finished_error: 0, preemptions: 0 });
    expect(gauges.running_requests).toBe(0);
  });
});

describe('names that changed', () => {
  fixtureTest('KV usage is read from the new name where both are there, and stays 0..1', () => {
    const { engines, plan } = readPageFixture('vllm-generated/v0.9.2-v1.prom');
    const engine = only(engines);
    expect(engine.origins.kv_usage_ratio).toBe('vllm:kv_cache_usage_perc');
    expect(engine.gauges.kv_usage_ratio).toBeCloseTo(0.946, 3);
    expect(ignoredReason(plan, 'vllm:gpu_cache_usage_perc')).toContain('kv_cache_usage_perc is on the page too');
  });

  fixtureTest('hidden families that were brought back do not change what is read', () => {
    const hidden = only(readPageFixture('vllm-generated/v0.11.0-v1-show-hidden.prom').engines);
    const normal = only(readPageFixture('vllm-generated/v0.11.0-v1.prom').engines);
    expect(Object.keys(hidden.origins).sort()).toEqual(Object.keys(normal.origins).sort());
    expect(hidden.origins).toEqual(normal.origins);
  });

  fixtureTest('time_per_output_token is inter-token latency, and only where the honest name is missing', () => {
    const old = only(readPageFixture('vllm-generated/v0.10.0-v1.prom').engines);
    expect(old.origins.itl_s).toBe('vllm:time_per_output_token_seconds');
    expect(old.histograms.tpot_s).toBeUndefined();
    const young = only(readPageFixture('vllm-generated/v0.11.0-v1.prom').engines);
    expect(young.origins.itl_s).toBe('vllm:inter_token_latency_seconds');
    expect(young.origins.tpot_s).toBe('vllm:request_time_per_output_token_seconds');
  });

  fixtureTest('the V0 cache gauge, hit rate and swap queue are read', () => {
    const engine = only(readPageFixture('vllm-generated/v0.6.6.post1-v0engine.prom').engines);
    expect(engine.gauges).toMatchObject({ running_requests: 14, swapped_requests: 0, cpu_kv_usage_ratio: 0 });
    expect(engine.origins.kv_usage_ratio).toBe('vllm:gpu_cache_usage_perc');
    expect(engine.gauges.prefix_hit_ratio).toBeCloseTo(0.4957, 3);
  });

  fixtureTest('client_python 0.25 in OpenMetrics renames samples, and all is read as from the text format', () => {
    const om = only(readPageFixture('vllm-generated/main-2026-08-17-v1-openmetrics-client_python-0.25.om').engines);
    const text = only(readPageFixture('vllm-generated/v0.23.0-v1.prom').engines);
    expect(Object.keys(om.origins).sort()).toEqual(Object.keys(text.origins).sort());
    expect(om.lazyCounters).toBe(false);
  });

  fixtureTest('the Rust front end is recognised, and its series appear at their first event', () => {
    const { engines, plan } = readPageFixture('vllm-handmade/rust-frontend-shape.om');
    expect(plan.recognised).toContain('Rust front end');
    const engine = only(engines);
    expect(engine.lazyCounters).toBe(true);
    expect(engine.counters).toMatchObject({ prompt_tokens: 34_567_503, finished_stop: 12, http_2xx: 12 });
    expect(reasonFor(plan, 'kv_blocks')).toContain('Rust front end');
  });
});

describe('traps', () => {
  test('iteration_tokens_total is a histogram although its name ends like a counter', () => {
    const { engines } = readText(
      `${V1}# TYPE vllm:iteration_tokens_total histogram\n` +
        [
          'bucket{engine="0",le="8.0",model_name="m"} 2',
          'bucket{engine="0",le="+Inf",model_name="m"} 5',
          'sum{engine="0",model_name="m"} 90',
          'count{engine="0",model_name="m"} 5',
        ]
          .map((line) => `vllm:iteration_tokens_total_${line}\n`)
          .join(''),
    );
    const { iteration_tokens } = only(engines).histograms;
    expect(iteration_tokens?.bounds).toEqual([8, Number.POSITIVE_INFINITY]);
    expect([...(iteration_tokens?.cumulative ?? [])]).toEqual([2, 5]);
    expect(iteration_tokens?.sum).toBe(90);
  });

  fixtureTest('_created series are ignored as times', () => {
    const { plan } = readPageFixture('vllm-generated/v0.11.0-v1.prom');
    const created = plan.ignored.filter((entry) => entry.name.endsWith('_created'));
    expect(created.length).toBeGreaterThan(15);
    for (const entry of created) expect(entry.reason).toContain('creation time');
  });

  test('several API servers print one KV usage per pid, and the largest counts', () => {
    const { engines } = readText(
      `${V1}vllm:kv_cache_usage_perc{engine="0",model_name="m",pid="11"} 0.2\nvllm:kv_cache_usage_perc{engine="0",model_name="m",pid="12"} 0.7\n`,
    );
    expect(only(engines).gauges.kv_usage_ratio).toBe(0.7);
  });

  test('a hit rate of -1 means that prefix caching is off: no number, but a fact', () => {
    const { engines } = readText(
      'vllm:num_requests_running{model_name="m"} 1\nvllm:gpu_prefix_cache_hit_rate{model_name="m"} -1\n',
    );
    const engine = only(engines);
    expect(engine.gauges.prefix_hit_ratio).toBeUndefined();
    expect(engine.attributes.prefix_caching).toBe('off');
    const on = readText(
      'vllm:num_requests_running{model_name="m"} 1\nvllm:gpu_prefix_cache_hit_rate{model_name="m"} 0.5\n',
    );
    expect(only(on.engines).attributes.prefix_caching).toBeUndefined();
  });

  test('cache_config_info has no model: it goes to its engine, or to all when it has no engine label', () => {
    const two = `${V1}vllm:num_requests_running{engine="1",model_name="m"} 4\n`;
    const split = readText(
      `${two}vllm:cache_config_info{block_size="16",engine="0",num_gpu_blocks="100"} 1\nvllm:cache_config_info{block_size="32",engine="1",num_gpu_blocks="200"} 1\n`,
    ).engines;
    expect(split.map((engine) => [engine.gauges.kv_blocks, engine.gauges.kv_block_tokens])).toEqual([
      [100, 16],
      [200, 32],
    ]);
    const shared = readText(
      `${two}vllm:cache_config_info{block_size="16",cache_dtype="fp8",num_gpu_blocks="100"} 1\n`,
    ).engines;
    expect(shared.map((engine) => [engine.gauges.kv_blocks, engine.attributes.cache_dtype])).toEqual([
      [100, 'fp8'],
      [100, 'fp8'],
    ]);
  });

  test('"None" in cache_config_info is unknown, not a number and not an attribute', () => {
    const { engines, plan } = readText(
      `${V1}vllm:cache_config_info{block_size="16",engine="0",num_gpu_blocks="None",cache_dtype="None"} 1\n`,
    );
    const engine = only(engines);
    expect(engine.gauges.kv_blocks).toBeUndefined();
    expect(engine.gauges.kv_block_tokens).toBe(16);
    expect(engine.attributes.cache_dtype).toBeUndefined();
    expect(plan.storedSeries).toBe(2);
  });

  test('finished reasons that are not known are kept as other', () => {
    const line = (reason: string, count: number): string =>
      `vllm:request_success_total{engine="0",finished_reason="${reason}",model_name="m"} ${count}\n`;
    const { engines } = readText(V1 + line('stop', 1) + line('error', 2) + line('repetition', 3) + line('new', 4));
    expect(only(engines).counters).toMatchObject({ finished_stop: 1, finished_error: 2, finished_other: 7 });
  });

  test('HTTP answers are summed by class over handlers and methods, exact codes too', () => {
    const { engines } = readText(
      `${V1}# TYPE http_requests_total counter\n` +
        'http_requests_total{handler="/a",method="POST",status="2xx"} 5\nhttp_requests_total{handler="/b",method="GET",status="200"} 2\nhttp_requests_total{handler="none",method="GET",status="4xx"} 3\n',
    );
    expect(only(engines).counters).toMatchObject({ http_2xx: 7, http_4xx: 3, http_5xx: 0 });
  });

  test('numbers of the whole server stand with the first engine only, so that sums count them once', () => {
    const { engines, notes } = readText(
      `vllm:num_requests_running{engine="10",model_name="m"} 1\nvllm:num_requests_running{engine="2",model_name="m"} 1\n` +
        'http_requests_total{status="2xx"} 9\nprocess_start_time_seconds 1.7e9\nvllm:admission_rejections_total{model_name="m",reason="max_num_queued_reqs"} 4\nvllm:admission_rejections_total{model_name="m",reason="max_num_queued_tokens"} 1\n',
    );
    const first = engines.find((engine) => engine.engine === '2');
    const second = engines.find((engine) => engine.engine === '10');
    expect(first?.counters).toMatchObject({ http_2xx: 9, admission_rejections: 5 });
    expect(second?.counters).toEqual({});
    expect(second?.gauges.process_start_s).toBeUndefined();
    expect(notes.join()).toContain('of the whole server');
  });

  fixtureTest('data parallel engines are apart', () => {
    const { engines } = readPageFixture('vllm-generated/v0.10.1.1-v1-dp2.prom');
    expect(engines.map((engine) => engine.engine)).toEqual(['0', '1']);
    expect(engines.every((engine) => engine.histograms.ttft_s !== undefined)).toBe(true);
  });

  test('an external load balancer shows one rank only, which keeps its own label', () => {
    expect(only(readText('vllm:num_requests_running{engine="3",model_name="m"} 1\n').engines).engine).toBe('3');
  });

  fixtureTest('a model name with a quote, a backslash and a newline is read as it is', () => {
    const { model } = only(readPageFixture('vllm-generated/main-2026-08-17-v1-escaped-model-name.prom').engines);
    expect(model).toContain('"');
    expect(model).toContain('\\');
    expect(model).toContain('\n');
  });

  test('millisecond histograms become seconds, bounds and sum', () => {
    const name = 'vllm:model_execute_time_milliseconds';
    const { engines } = readText(
      `vllm:num_requests_running{model_name="m"} 1\n# TYPE ${name} histogram\n${name}_bucket{le="300.0",model_name="m"} 1\n${name}_bucket{le="+Inf",model_name="m"} 2\n${name}_sum{model_name="m"} 1500\n${name}_count{model_name="m"} 2\n`,
    );
    const { inference_s } = only(engines).histograms;
    expect(inference_s?.bounds).toEqual([0.3, Number.POSITIVE_INFINITY]);
    expect(inference_s?.sum).toBe(1.5);
  });

  test('waiting requests are split by reason, and the awake state is one of three', () => {
    const { engines, plan } = readText(
      `${V1}vllm:num_requests_waiting_by_reason{engine="0",model_name="m",reason="capacity"} 2\nvllm:num_requests_waiting_by_reason{engine="0",model_name="m",reason="deferred"} 1\nvllm:engine_sleep_state{engine="0",model_name="m",sleep_state="awake"} 1\nvllm:engine_sleep_state{engine="0",model_name="m",sleep_state="discard_all"} 0\n`,
    );
    expect(only(engines).gauges).toMatchObject({
      waiting_capacity_requests: 2,
      waiting_deferred_requests: 1,
      awake: 1,
    });
    expect(ignoredReason(plan, 'vllm:engine_sleep_state')).toContain('awake');
  });
});

describe('vLLM behind other servers', () => {
  fixtureTest('Triton prints model and version in place of model_name', () => {
    const { engines, plan } = readPageFixture('vllm/triton-vllm_backend-README-v0.7.prom');
    expect(plan.recognised).toContain('through Triton');
    expect(only(engines)).toMatchObject({
      model: 'vllm_model',
      attributes: { model_version: '1', prefix_caching: 'off' },
    });
  });

  test.each(['ray_vllm:', 'ray_vllm_'])('Ray Serve with prefix %s: replicas are apart, counters are lazy', (prefix) => {
    const line = (replica: string, value: number): string =>
      `${prefix}num_requests_running{ReplicaId="${replica}",SessionName="s",WorkerId="w${replica}",engine="0",model_name="m"} ${value}\n`;
    const { engines, plan } = readText(line('a', 1) + line('b', 2));
    expect(plan.recognised).toContain('Ray Serve');
    expect(engines.map((engine) => [engine.engine, engine.gauges.running_requests, engine.lazyCounters])).toEqual([
      ['0@a', 1, true],
      ['0@b', 2, true],
    ]);
  });

  test('NIM prints the names without a prefix', () => {
    const { engines, plan } = readText(
      '# TYPE num_requests_running gauge\nnum_requests_running{model_name="m"} 2\n# TYPE gpu_cache_usage_perc gauge\ngpu_cache_usage_perc{model_name="m"} 0.5\nnum_request_max{model_name="m"} 256\n',
    );
    expect(plan.recognised).toContain('NIM');
    expect(only(engines).gauges).toMatchObject({ running_requests: 2, kv_usage_ratio: 0.5, max_running_requests: 256 });
  });
});

describe('hostile numbers', () => {
  const histogram = (buckets: readonly (readonly [string, string])[], tail = ''): string =>
    V1 +
    buckets
      .map(([le, count]) => `vllm:time_to_first_token_seconds_bucket{engine="0",le="${le}",model_name="m"} ${count}\n`)
      .join('') +
    tail;
  const count = (value: number): string =>
    `vllm:time_to_first_token_seconds_count{engine="0",model_name="m"} ${value}\n`;

  test('NaN leaves a field out in silence, infinity and a negative counter with a note', () => {
    const { engines, notes } = readText(
      'vllm:num_requests_running{engine="0",model_name="m"} NaN\nvllm:kv_cache_usage_perc{engine="0",model_name="m"} +Inf\nvllm:prompt_tokens_total{engine="0",model_name="m"} -5\nvllm:generation_tokens_total{engine="0",model_name="m"} 7\n',
    );
    const engine = only(engines);
    expect(engine.gauges).toEqual({});
    expect(engine.counters).toEqual({ generation_tokens: 7 });
    expect(notes.join()).toMatch(/infinite.*negative \(-5\)/);
  });

  test('a sum with one unusable part is left out, since it would look like a reset', () => {
    const { engines } = readText(
      `${V1}http_requests_total{handler="a",status="2xx"} 5\nhttp_requests_total{handler="b",status="2xx"} NaN\n`,
    );
    expect(only(engines).counters.http_2xx).toBeUndefined();
  });

  test('buckets are sorted by bound, whatever their order and spelling', () => {
    const { histograms } = only(
      readText(
        histogram([
          ['+Inf', '9'],
          ['1e1', '5'],
          ['0.5', '2'],
        ]),
      ).engines,
    );
    expect(histograms.ttft_s?.bounds).toEqual([0.5, 10, Number.POSITIVE_INFINITY]);
    expect([...(histograms.ttft_s?.cumulative ?? [])]).toEqual([2, 5, 9]);
    expect(histograms.ttft_s?.sum).toBeNaN();
  });

  test('a bucket smaller than the one below is raised to it, with a note', () => {
    const { engines, notes } = readText(
      histogram([
        ['1', '5'],
        ['2', '3'],
        ['+Inf', '6'],
      ]),
    );
    expect([...(only(engines).histograms.ttft_s?.cumulative ?? [])]).toEqual([5, 5, 6]);
    expect(notes.join()).toContain('raised');
  });

  test('a missing +Inf bucket is taken from _count; without both the histogram is ignored', () => {
    const fromCount = readText(histogram([['1', '5']], count(8)));
    expect([...(only(fromCount.engines).histograms.ttft_s?.cumulative ?? [])]).toEqual([5, 8]);
    expect(fromCount.notes.join()).toContain('its _count is used');
    const neither = readText(histogram([['1', '5']]));
    expect(only(neither.engines).histograms.ttft_s).toBeUndefined();
    expect(ignoredReason(neither.plan, 'vllm:time_to_first_token_seconds_bucket')).toContain('neither');
    expect(reasonFor(neither.plan, 'ttft_s')).not.toBe('');
  });

  test('of two buckets with the same bound the first is used, and a le that is no number is ignored', () => {
    const { engines, plan, notes } = readText(
      histogram([
        ['1', '5'],
        ['1.0', '7'],
        ['abc', '1'],
        ['+Inf', '9'],
      ]),
    );
    expect([...(only(engines).histograms.ttft_s?.cumulative ?? [])]).toEqual([5, 9]);
    expect(notes.join()).toContain('two buckets');
    expect(plan.ignored.find((entry) => entry.name.endsWith('_bucket'))?.seriesCount).toBe(2);
  });

  test.each([42, 1.2, -0.5])('a share of %f is no share: 42 %% are not 4200 %%', (value) => {
    const { engines, notes } = readText(`vllm:kv_cache_usage_perc{engine="0",model_name="m"} ${value}\n`);
    expect(only(engines).gauges.kv_usage_ratio).toBeUndefined();
    expect(notes.join()).toContain(`kv_cache_usage_perc is ${value}, which is no share`);
  });

  test('a bucket that is NaN, negative or infinite leaves the histogram out', () => {
    for (const bad of ['NaN', '-1', '+Inf']) {
      const { engines, notes } = readText(
        histogram([
          ['1', bad],
          ['+Inf', '9'],
        ]),
      );
      expect(only(engines).histograms.ttft_s, bad).toBeUndefined();
      expect(notes.join()).toContain('not a count');
    }
  });

  test('a histogram with hundreds of buckets is left out, naming the limit', () => {
    const many = Array.from({ length: 600 }, (_, i) => [String(i), '1'] as const);
    const { engines, notes, plan } = readText(histogram([...many, ['+Inf', '1']]));
    expect(only(engines).histograms.ttft_s).toBeUndefined();
    expect(notes.join()).toContain('601 buckets, the limit is 512');
    expect(plan.storedSeries).toBe(1);
  });

  test('labels named like JavaScript internals do no harm', () => {
    const { engines } = readText(
      'vllm:num_requests_running{__proto__="x",constructor="y",engine="0",model_name="__proto__"} 3\n',
    );
    expect(only(engines)).toMatchObject({ model: '__proto__', gauges: { running_requests: 3 } });
  });

  test('more than 256 engines are cut, and the page still adds up', () => {
    const lines = Array.from({ length: 300 }, (_, i) => `vllm:num_requests_running{engine="${i}",model_name="m"} 1\n`);
    const { engines, notes, plan } = readText(lines.join(''));
    expect(engines).toHaveLength(256);
    expect(notes.join()).toContain('256');
    expect(plan.storedSeries).toBe(256);
    expect(ignoredReason(plan, 'vllm:num_requests_running')).toContain('256');
  });

  test('more than 2000 values of one target are cut, and a note names the limit', () => {
    const names = [
      'num_requests_running',
      'num_requests_waiting',
      'kv_cache_usage_perc',
      'prompt_tokens_total',
      'generation_tokens_total',
      'num_preemptions_total',
      'prefix_cache_queries_total',
      'prefix_cache_hits_total',
      'prompt_tokens_cached_total',
      'mm_cache_hits_total',
    ];
    const lines = Array.from({ length: 250 }, (_, i) =>
      names.map((name) => `vllm:${name}{engine="${i}",model_name="m"} 1\n`).join(''),
    );
    const { notes, plan } = readText(lines.join(''));
    expect(plan.storedSeries).toBe(2000);
    expect(notes.join()).toContain('2000');
  });
});

describe('polls of one shape', () => {
  fixtureTest('share their origins and bucket bounds', () => {
    const { page, plan } = readPageFixture('vllm-generated/v0.23.0-v1.prom');
    const [a] = plan.read(page).readings;
    const [b] = plan.read(page).readings;
    expect(a?.origins).toBe(b?.origins);
    if (a?.kind !== 'engine' || b?.kind !== 'engine') throw new Error('expected engines');
    expect(a.histograms.ttft_s?.bounds).toBe(b.histograms.ttft_s?.bounds);
    expect(a.histograms.ttft_s?.cumulative).not.toBe(b.histograms.ttft_s?.cumulative);
  });

  fixtureTest('cost well under a tenth of a millisecond to read', () => {
    const { page, plan } = readPageFixture('vllm-generated/v0.23.0-v1.prom');
    for (let i = 0; i < 500; i += 1) plan.read(page);
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 200; i += 1) {
      const start = performance.now();
      plan.read(page);
      best = Math.min(best, performance.now() - start);
    }
    expect(best).toBeLessThan(0.1);
  });

  fixtureTest('the docs capture without a usable histogram still gives its engine', () => {
    const { engines } = readPageFixture('vllm/vllm-docs-usage-metrics.md.prom');
    expect(only(engines).histograms).toEqual({});
    expect(readFixture('vllm/vllm-docs-usage-metrics.md.prom')).not.toContain('+Inf');
  });
});
