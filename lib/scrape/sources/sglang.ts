import type { EngineDialect, FieldRow } from '#lib/scrape/sources/engine-dialect.ts';
import { compileEngines } from '#lib/scrape/sources/engine-plan.ts';
import type { PageSource } from '#lib/scrape/sources/source.ts';

/** From SGLang's `metrics_collector.py`, late 2024 to 2026. Ranks of one engine print the same numbers, so the maximum is taken. */
const ROWS: readonly FieldRow[] = [
  { kind: 'gauge', field: 'running_requests', names: [{ name: 'num_running_reqs' }] },
  { kind: 'gauge', field: 'waiting_requests', names: [{ name: 'num_queue_reqs' }] },
  { kind: 'gauge', field: 'kv_usage_ratio', names: [{ name: 'token_usage' }] },
  { kind: 'gauge', field: 'kv_blocks', names: [{ name: 'max_total_num_tokens', note: 'counted in tokens' }] },
  {
    kind: 'gauge',
    field: 'prefix_hit_ratio',
    names: [{ name: 'cache_hit_rate', note: 'of the last prefill batch only' }],
  },
  {
    kind: 'gauge',
    field: 'max_running_requests',
    names: [{ name: 'max_running_requests' }, { name: 'max_running_requests_under_SLO' }],
  },
  { kind: 'counter', field: 'prompt_tokens', combine: 'max', names: [{ name: 'prompt_tokens' }] },
  { kind: 'counter', field: 'prompt_tokens_cached', combine: 'max', names: [{ name: 'cached_tokens' }] },
  { kind: 'counter', field: 'generation_tokens', combine: 'max', names: [{ name: 'generation_tokens' }] },
  {
    kind: 'counter',
    field: 'preemptions',
    combine: 'max',
    names: [{ name: 'num_retracted_requests', note: 'newer releases; older ones print a gauge' }],
  },
  {
    kind: 'counter',
    field: 'finished_other',
    combine: 'max',
    names: [{ name: 'num_requests', note: 'SGLang does not split by reason' }],
  },
  { kind: 'counter', field: 'finished_abort', combine: 'max', names: [{ name: 'num_aborted_requests' }] },
  { kind: 'histogram', field: 'ttft_s', names: [{ name: 'time_to_first_token_seconds' }] },
  {
    kind: 'histogram',
    field: 'itl_s',
    names: [
      { name: 'inter_token_latency_seconds' },
      {
        name: 'time_per_output_token_seconds',
        note: 'one observation per token: inter-token latency despite its name',
      },
    ],
  },
  { kind: 'histogram', field: 'e2e_s', names: [{ name: 'e2e_request_latency_seconds' }] },
  { kind: 'histogram', field: 'queue_s', names: [{ name: 'queue_time_seconds' }] },
  { kind: 'histogram', field: 'request_prompt_tokens', names: [{ name: 'prompt_tokens_histogram' }] },
  { kind: 'histogram', field: 'request_generation_tokens', names: [{ name: 'generation_tokens_histogram' }] },
];

const SGLANG: EngineDialect = {
  title: 'SGLang',
  prefixes: ['sglang:', 'sglang_'],
  rows: ROWS,
  engineLabel: 'dp_rank',
  ignored: new Map([
    ['func_latency_seconds', 'time of single functions'],
    ['num_used_tokens', 'token_usage and max_total_num_tokens say the same'],
    ['gen_throughput', 'a moving average; the rate of generation_tokens_total is used'],
    ['num_retracted_reqs', 'a gauge of the current step; it cannot be counted'],
  ]),
  identify(labels) {
    const type = labels.get('engine_type');
    const rank = labels.get('dp_rank') ?? '0';
    const plain = type === undefined || type === '' || type === 'unified';
    const attributes: Record<string, string> = {};
    if (type !== undefined) attributes.engine_type = type;
    return { model: labels.get('model_name') ?? '', engine: plain ? rank : `${rank}@${type}`, attributes };
  },
};

/** SGLang with `--enable-metrics`. */
export const sglang: PageSource = {
  name: 'sglang',
  kind: 'engine',
  detects: (shape) => shape.families.some((family) => /^sglang[:_]/.test(family.name)),
  plan: (shape) =>
    compileEngines(shape, SGLANG, ({ builder, engines }) => {
      for (const engine of engines) {
        // Capacity is counted in tokens, so a block is one token.
        if (builder.has(engine.index, 'kv_blocks')) {
          builder.constantGauge(engine.index, 'kv_block_tokens', 1, 'sglang:max_total_num_tokens');
        }
      }
      return {
        recognised: `SGLang, ${engines.length} engine${engines.length === 1 ? '' : 's'}`,
        lazyCounters: true,
        absent: () => 'SGLang does not print it',
        missing: (row) =>
          row.names
            .map((name) => `${name.name} is not on the page${name.note === undefined ? '' : ` (${name.note})`}`)
            .join('; '),
      };
    }),
};
