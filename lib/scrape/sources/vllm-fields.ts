import { type EngineDialect, type FieldRow, labelIs } from '#lib/scrape/sources/engine-dialect.ts';

/** vLLM prints this when prefix caching is off; the hook in vllm.ts turns it into an attribute. */
export const PREFIX_CACHING_OFF = -1;

const KNOWN_REASONS: ReadonlySet<string> = new Set(['stop', 'length', 'abort', 'error']);

function statusClass(digit: string): (labels: ReadonlyMap<string, string>) => boolean {
  return (labels) => labels.get('status')?.startsWith(digit) === true;
}

/** Canonical field -> vLLM's names, newest first, by release. From vLLM's own `metrics.py` and `loggers.py`, 0.5 to 0.32. */
const ROWS: readonly FieldRow[] = [
  { kind: 'gauge', field: 'running_requests', names: [{ name: 'num_requests_running', since: '0.2.3' }] },
  { kind: 'gauge', field: 'waiting_requests', names: [{ name: 'num_requests_waiting', since: '0.2.3' }] },
  {
    kind: 'gauge',
    field: 'waiting_capacity_requests',
    names: [{ name: 'num_requests_waiting_by_reason', ...labelIs('reason', 'capacity'), since: '0.20.0' }],
  },
  {
    kind: 'gauge',
    field: 'waiting_deferred_requests',
    names: [{ name: 'num_requests_waiting_by_reason', ...labelIs('reason', 'deferred'), since: '0.20.0' }],
  },
  {
    kind: 'gauge',
    field: 'swapped_requests',
    names: [
      {
        name: 'num_requests_swapped',
        since: '0.2.3',
        until: '0.9.0',
        note: 'the V0 engine only; V1 recomputes instead of swapping',
      },
    ],
  },
  {
    kind: 'gauge',
    field: 'kv_usage_ratio',
    names: [
      { name: 'kv_cache_usage_perc', since: '0.9.2', note: '0..1 despite its name' },
      { name: 'gpu_cache_usage_perc', since: '0.2.3', until: '0.11.2', note: 'hidden from 0.11.0 on' },
    ],
  },
  {
    kind: 'gauge',
    field: 'cpu_kv_usage_ratio',
    names: [{ name: 'cpu_cache_usage_perc', since: '0.2.3', until: '0.9.0', note: 'the V0 engine only' }],
  },
  {
    kind: 'gauge',
    field: 'prefix_hit_ratio',
    isBlank: (value) => value === PREFIX_CACHING_OFF,
    names: [
      {
        name: 'gpu_prefix_cache_hit_rate',
        since: '0.5.5',
        until: '0.9.0',
        note: 'the V0 engine only; newer ones count hits and queries',
      },
    ],
  },
  {
    kind: 'gauge',
    field: 'awake',
    names: [
      {
        name: 'engine_sleep_state',
        ...labelIs('sleep_state', 'awake'),
        since: '0.11.1',
        note: 'not by the Rust front end',
      },
    ],
  },
  { kind: 'gauge', field: 'max_running_requests', names: [{ name: 'num_request_max', note: 'only NIM prints it' }] },
  {
    kind: 'gauge',
    field: 'resident_bytes',
    processWide: true,
    unprefixed: true,
    names: [{ name: 'process_resident_memory_bytes', note: 'not with several API servers, not by the Rust front end' }],
  },
  {
    kind: 'gauge',
    field: 'process_start_s',
    processWide: true,
    unprefixed: true,
    names: [{ name: 'process_start_time_seconds', note: 'not with several API servers, not by the Rust front end' }],
  },

  { kind: 'counter', field: 'prompt_tokens', names: [{ name: 'prompt_tokens', since: '0.3.1' }] },
  { kind: 'counter', field: 'prompt_tokens_cached', names: [{ name: 'prompt_tokens_cached', since: '0.16.0' }] },
  { kind: 'counter', field: 'generation_tokens', names: [{ name: 'generation_tokens', since: '0.3.1' }] },
  { kind: 'counter', field: 'preemptions', names: [{ name: 'num_preemptions', since: '0.4.3' }] },
  {
    kind: 'counter',
    field: 'prefix_queries',
    names: [
      { name: 'prefix_cache_queries', since: '0.9.2' },
      {
        name: 'gpu_prefix_cache_queries',
        since: '0.7.3',
        until: '0.11.2',
        note: 'V1 only; blocks until 0.8.5, tokens since 0.9.0; hidden from 0.11.0 on',
      },
    ],
  },
  {
    kind: 'counter',
    field: 'prefix_hits',
    names: [
      { name: 'prefix_cache_hits', since: '0.9.2' },
      {
        name: 'gpu_prefix_cache_hits',
        since: '0.7.3',
        until: '0.11.2',
        note: 'V1 only; blocks until 0.8.5, tokens since 0.9.0; hidden from 0.11.0 on',
      },
    ],
  },
  {
    kind: 'counter',
    field: 'external_prefix_queries',
    names: [{ name: 'external_prefix_cache_queries', since: '0.11.1' }],
  },
  { kind: 'counter', field: 'external_prefix_hits', names: [{ name: 'external_prefix_cache_hits', since: '0.11.1' }] },
  {
    kind: 'counter',
    field: 'mm_cache_queries',
    names: [{ name: 'mm_cache_queries', since: '0.11.1', note: 'not by the Rust front end' }],
  },
  {
    kind: 'counter',
    field: 'mm_cache_hits',
    names: [{ name: 'mm_cache_hits', since: '0.11.1', note: 'not by the Rust front end' }],
  },
  {
    kind: 'counter',
    field: 'finished_stop',
    names: [{ name: 'request_success', ...labelIs('finished_reason', 'stop'), since: '0.4.2' }],
  },
  {
    kind: 'counter',
    field: 'finished_length',
    names: [{ name: 'request_success', ...labelIs('finished_reason', 'length'), since: '0.4.2' }],
  },
  {
    kind: 'counter',
    field: 'finished_abort',
    names: [{ name: 'request_success', ...labelIs('finished_reason', 'abort'), since: '0.4.2' }],
  },
  {
    kind: 'counter',
    field: 'finished_error',
    names: [{ name: 'request_success', ...labelIs('finished_reason', 'error'), since: '0.13.0' }],
  },
  {
    kind: 'counter',
    field: 'finished_other',
    names: [
      {
        name: 'request_success',
        where: (labels) => !KNOWN_REASONS.has(labels.get('finished_reason') ?? ''),
        only: ' with any other finished_reason',
        since: '0.17.0',
        note: 'repetition is the only one known',
      },
    ],
  },
  {
    kind: 'counter',
    field: 'http_2xx',
    processWide: true,
    unprefixed: true,
    names: [{ name: 'http_requests', where: statusClass('2'), only: '{status="2xx"}', since: '0.8.3' }],
  },
  {
    kind: 'counter',
    field: 'http_4xx',
    processWide: true,
    unprefixed: true,
    names: [{ name: 'http_requests', where: statusClass('4'), only: '{status="4xx"}', since: '0.8.3' }],
  },
  {
    kind: 'counter',
    field: 'http_5xx',
    processWide: true,
    unprefixed: true,
    names: [{ name: 'http_requests', where: statusClass('5'), only: '{status="5xx"}', since: '0.8.3' }],
  },
  {
    kind: 'counter',
    field: 'admission_rejections',
    processWide: true,
    names: [{ name: 'admission_rejections', since: '0.32.0' }],
  },
  {
    kind: 'counter',
    field: 'corrupted_requests',
    names: [{ name: 'corrupted_requests', since: '0.11.1', note: 'only with VLLM_COMPUTE_NANS_IN_LOGITS=1' }],
  },
  {
    kind: 'counter',
    field: 'spec_drafts',
    names: [{ name: 'spec_decode_num_drafts', since: '0.8.5', note: 'only with speculative decoding' }],
  },
  {
    kind: 'counter',
    field: 'spec_draft_tokens',
    names: [{ name: 'spec_decode_num_draft_tokens', since: '0.5.3', note: 'only with speculative decoding' }],
  },
  {
    kind: 'counter',
    field: 'spec_accepted_tokens',
    names: [{ name: 'spec_decode_num_accepted_tokens', since: '0.5.3', note: 'only with speculative decoding' }],
  },

  { kind: 'histogram', field: 'ttft_s', names: [{ name: 'time_to_first_token_seconds', since: '0.3.1' }] },
  {
    kind: 'histogram',
    field: 'itl_s',
    names: [
      { name: 'inter_token_latency_seconds', since: '0.10.2' },
      {
        name: 'time_per_output_token_seconds',
        since: '0.3.1',
        until: '0.14.1',
        note: 'inter-token latency despite its name; hidden from 0.12.0 on',
      },
    ],
  },
  { kind: 'histogram', field: 'tpot_s', names: [{ name: 'request_time_per_output_token_seconds', since: '0.11.0' }] },
  { kind: 'histogram', field: 'e2e_s', names: [{ name: 'e2e_request_latency_seconds', since: '0.3.1' }] },
  {
    kind: 'histogram',
    field: 'queue_s',
    names: [
      { name: 'request_queue_time_seconds', since: '0.6.4' },
      { name: 'time_in_queue_requests', since: '0.6.4', until: '0.9.0', note: 'the V0 engine only' },
    ],
  },
  { kind: 'histogram', field: 'prefill_s', names: [{ name: 'request_prefill_time_seconds', since: '0.6.4' }] },
  { kind: 'histogram', field: 'decode_s', names: [{ name: 'request_decode_time_seconds', since: '0.6.4' }] },
  {
    kind: 'histogram',
    field: 'inference_s',
    names: [
      { name: 'request_inference_time_seconds', since: '0.6.4' },
      {
        name: 'model_execute_time_milliseconds',
        since: '0.6.4',
        until: '0.9.0',
        divide: 1000,
        note: 'the V0 engine only',
      },
    ],
  },
  { kind: 'histogram', field: 'request_prompt_tokens', names: [{ name: 'request_prompt_tokens', since: '0.4.2' }] },
  {
    kind: 'histogram',
    field: 'request_generation_tokens',
    names: [{ name: 'request_generation_tokens', since: '0.4.2' }],
  },
  {
    kind: 'histogram',
    field: 'iteration_tokens',
    names: [{ name: 'iteration_tokens_total', since: '0.6.4', note: 'not by the Rust front end' }],
  },
  {
    kind: 'histogram',
    field: 'kv_block_lifetime_s',
    names: [{ name: 'kv_block_lifetime_seconds', since: '0.13.0', note: 'only with --kv-cache-metrics' }],
  },
];

const SPLIT = 'a split of a total that is kept';
const SETTINGS = 'what requests asked for, not how the engine did';
const BLOCKS = 'detail of KV block reuse';

const IGNORED: ReadonlyMap<string, string> = new Map([
  ['prompt_tokens_by_source', 'prompt_tokens_total and prompt_tokens_cached_total hold the same numbers'],
  ['prompt_tokens_recomputed', 'part of prompt_tokens_total'],
  ['tokens', 'declared by V0 and never set'],
  ['avg_prompt_throughput_toks_per_s', 'a moving average; the rate of prompt_tokens_total is used'],
  ['avg_generation_throughput_toks_per_s', 'a moving average; the rate of generation_tokens_total is used'],
  ['cpu_prefix_cache_hit_rate', 'swapped blocks of the V0 engine only'],
  ['request_params_n', SETTINGS],
  ['request_params_best_of', SETTINGS],
  ['request_params_max_tokens', SETTINGS],
  ['request_max_num_generation_tokens', SETTINGS],
  ['request_prefill_kv_computed_tokens', SPLIT],
  ['model_forward_time_milliseconds', 'part of the inference time'],
  ['lora_requests', 'adapter names; its value is a time'],
  ['engine_sleep_state', 'the awake state is kept'],
  ['cache_config', 'no engine on the page yet that it could describe'],
  ['num_requests_waiting_by_reason', 'a reason that is not known'],
  ['estimated_flops_per_gpu', 'an estimate that moves only with --enable-mfu-metrics'],
  ['estimated_read_bytes_per_gpu', 'an estimate that moves only with --enable-mfu-metrics'],
  ['estimated_write_bytes_per_gpu', 'an estimate that moves only with --enable-mfu-metrics'],
  ['spec_decode_num_accepted_tokens_per_pos', 'a split of spec_decode_num_accepted_tokens_total'],
  ['spec_decode_draft_acceptance_rate', 'accepted and draft tokens are kept as counters'],
  ['spec_decode_efficiency', 'accepted and draft tokens are kept as counters'],
  ['spec_decode_num_emitted_tokens', 'part of generation_tokens_total'],
  ['kv_block_idle_before_evict_seconds', BLOCKS],
  ['kv_block_reuse_gap_seconds', BLOCKS],
  ['tool_call_parser_invocations', 'about parsing answers, not about serving them'],
  ['http_requests', 'a status that is neither 2xx, 4xx nor 5xx'],
]);

/** Ray Serve runs several replicas behind one page; without this they would be added up as one engine. */
function replicaOf(labels: ReadonlyMap<string, string>): string {
  return labels.get('ReplicaId') ?? labels.get('WorkerId') ?? '';
}

export const VLLM: EngineDialect = {
  title: 'vLLM',
  prefixes: ['ray_vllm:', 'ray_vllm_', 'vllm:', 'vllm_'],
  rows: ROWS,
  ignored: IGNORED,
  engineLabel: 'engine',
  identify(labels, name) {
    const engine = labels.get('engine') ?? '0';
    const replica = name.startsWith('ray_') ? replicaOf(labels) : '';
    const version = labels.get('version');
    const attributes: Record<string, string> = {};
    if (version !== undefined && labels.has('model')) attributes.model_version = version;
    return {
      // Triton's vLLM backend prints `model` and `version` in place of `model_name`.
      model: labels.get('model_name') ?? labels.get('model') ?? '',
      engine: replica === '' ? engine : `${engine}@${replica}`,
      attributes,
    };
  },
};

/** NIM prints vLLM's names without a prefix, so they are looked for only on pages that have none with one. */
export const VLLM_UNPREFIXED: EngineDialect = { ...VLLM, prefixes: [''] };
