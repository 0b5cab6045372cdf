/** Result documents as the tools write them, cut to the keys that say something: vllm/benchmarks/serve.py,
 *  guidellm/benchmark/schemas, aiperf/common/models/export_models.py. */
type Json = Readonly<Record<string, unknown>>;

export const MODEL = 'Qwen/Qwen2.5-0.5B-Instruct';

/** `vllm bench serve --save-result --percentile-metrics ttft,tpot,itl,e2el --metric-percentiles 50,95,99` */
export function vllmBench(more: Json = {}): Json {
  return {
    date: '20261126-023015',
    endpoint_type: 'openai',
    backend: 'openai',
    label: 'openai',
    model_id: MODEL,
    tokenizer_id: MODEL,
    num_prompts: 200,
    request_rate: 'inf',
    burstiness: 1,
    max_concurrency: 50,
    duration: 20,
    completed: 190,
    failed: 10,
    total_input_tokens: 195_700,
    total_output_tokens: 24_320,
    request_throughput: 9.5,
    request_goodput: 8,
    output_throughput: 1216,
    total_token_throughput: 11_001,
    max_output_tokens_per_s: 1500,
    max_concurrent_requests: 50,
    mean_ttft_ms: 150,
    median_ttft_ms: 140,
    std_ttft_ms: 12,
    p50_ttft_ms: 140,
    p95_ttft_ms: 260,
    p99_ttft_ms: 300,
    mean_tpot_ms: 9,
    median_tpot_ms: 8.5,
    p99_tpot_ms: 20,
    mean_e2el_ms: 1200,
    median_e2el_ms: 1100,
    p50_e2el_ms: 1100,
    p95_e2el_ms: 1900,
    p99_e2el_ms: 2400,
    ...more,
  };
}

export function distribution(mean: number, more: Json = {}): Json {
  return {
    mean,
    median: mean,
    mode: mean,
    variance: 0,
    std_dev: 0,
    min: mean,
    max: mean * 2,
    count: 100,
    total_sum: mean * 100,
    percentiles: { p001: mean, p50: mean, p90: mean * 1.4, p95: mean * 1.5, p99: mean * 1.8, p999: mean * 2 },
    pdf: null,
    ...more,
  };
}

const EMPTY = distribution(0, { count: 0, total_sum: 0, max: 0, percentiles: { p50: 0, p95: 0, p99: 0 } });
const byStatus = (mean: number): Json => ({
  successful: distribution(mean),
  incomplete: EMPTY,
  errored: EMPTY,
  total: distribution(mean),
});

export type GuidellmBenchmark = {
  readonly streams: number;
  readonly startSeconds: number;
  readonly context?: number;
  readonly errored?: number;
  readonly latencySeconds?: number;
};

/** One benchmark of guidellm 0.4 and later. */
export function guidellmBenchmark(shape: GuidellmBenchmark): Json {
  const { streams, startSeconds, context = 1024, errored = 0, latencySeconds = 1.1 } = shape;
  return {
    type_: 'generative_benchmark',
    config: { id_: 'b', run_index: 0, strategy: { type_: 'concurrent', streams }, backend: { model: MODEL } },
    scheduler_metrics: {
      start_time: startSeconds,
      measure_start_time: startSeconds,
      measure_end_time: startSeconds + 30,
      end_time: startSeconds + 31,
      requests_made: { successful: 100, incomplete: 3, errored, total: 103 + errored },
    },
    metrics: {
      request_totals: { successful: 100, incomplete: 3, errored, total: 103 + errored },
      requests_per_second: byStatus(streams * 0.8),
      request_concurrency: byStatus(streams),
      request_latency: byStatus(latencySeconds),
      time_to_first_token_ms: byStatus(120),
      time_per_output_token_ms: byStatus(9),
      inter_token_latency_ms: byStatus(8),
      prompt_token_count: byStatus(context),
      output_token_count: byStatus(128),
      output_tokens_per_second: byStatus(streams * 100),
      slo_attainment: 0.9,
      request_goodput: byStatus(streams * 0.7),
    },
    requests: {
      successful: [],
      incomplete: [],
      errored: Array.from({ length: errored }, () => ({ info: { error: 'CUDA out of memory' } })),
    },
    start_time: startSeconds,
    end_time: startSeconds + 30,
    duration: 30,
  };
}

export function guidellmReport(benchmarks: readonly GuidellmBenchmark[]): Json {
  return {
    metadata: { version: 1, guidellm_version: '0.4.0', python_version: '3.12', platform: 'Linux' },
    args: { target: 'http://gpu-01:8000', model: MODEL, profile: 'concurrent' },
    benchmarks: benchmarks.map(guidellmBenchmark),
  };
}

export function aiperfExport(more: Json = {}): Json {
  const ms = (value: number): Json => ({
    unit: 'ms',
    avg: value,
    p50: value,
    p95: value * 1.5,
    p99: value * 2,
    max: value * 3,
  });
  return {
    schema_version: '1.0',
    aiperf_version: '0.3.0',
    request_throughput: { unit: 'requests/sec', avg: 9.7 },
    request_latency: ms(3200),
    request_count: { unit: 'requests', avg: 97 },
    error_request_count: { unit: 'requests', avg: 3 },
    time_to_first_token: ms(120),
    inter_token_latency: ms(12),
    output_token_throughput: { unit: 'tokens/sec', avg: 2483.2 },
    input_sequence_length: { unit: 'tokens', avg: 4090.4 },
    output_sequence_length: { unit: 'tokens', avg: 256 },
    goodput: { unit: 'requests/sec', avg: 9.1 },
    good_request_count: { unit: 'requests', avg: 91 },
    benchmark_duration: { unit: 'sec', avg: 10 },
    total_isl: { unit: 'tokens', avg: 396_769 },
    total_osl: { unit: 'tokens', avg: 24_832 },
    input_config: { endpoint: { model_names: [MODEL] }, loadgen: { concurrency: 100 } },
    was_cancelled: false,
    error_summary: [
      { error_details: { code: 503, type: 'HTTPError', message: 'unavailable' }, count: 2 },
      { error_details: { code: null, type: 'TimeoutError', message: 'late' }, count: 1 },
    ],
    start_time: '2026-11-26T02:30:00.250000',
    end_time: '2026-11-26T02:30:12.500000',
    ...more,
  };
}
