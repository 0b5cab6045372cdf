import type { Engine } from '#lib/simulator/engine.ts';
import type { Server } from '#lib/simulator/fleet.ts';
import type { PageLayout } from '#lib/simulator/print/page.ts';
import { addPythonProcess, type PageTime } from '#lib/simulator/print/python-process.ts';
import { addCacheConfig } from '#lib/simulator/print/vllm-cache-config.ts';
import { addHttp } from '#lib/simulator/print/vllm-http.ts';
import { VllmWriter } from '#lib/simulator/print/vllm-writer.ts';

const RELEASES = ['0.8.5', '0.10.2', '0.11.0', '0.23.0'] as const;
export type V1Release = (typeof RELEASES)[number];

type Since = (release: V1Release) => boolean;

/** The page of vLLM's V1 engine behind the Python API server, for each release whose page differs. */
export function vllmV1Page(server: Server, time: PageTime, release: V1Release): PageLayout {
  const since: Since = (first) => RELEASES.indexOf(release) >= RELEASES.indexOf(first);
  const writer = new VllmWriter(server, time, true);
  addPythonProcess(writer.page, server, time);
  writer.gauge('num_requests_running', 'Number of requests in model execution batches.', { value: (e) => e.running });
  writer.gauge('num_requests_waiting', 'Number of requests waiting to be processed.', { value: (e) => e.waiting });
  if (since('0.23.0')) addStates(writer);
  addCache(writer, since);
  writer.counter('num_preemptions', 'Cumulative number of preemption from the engine.', {
    value: (e) => e.counters.preemptions,
  });
  writer.counter('prompt_tokens', 'Number of prefill tokens processed.', { value: (e) => e.counters.promptTokens });
  if (since('0.23.0')) addPromptSources(writer);
  writer.counter('generation_tokens', 'Number of generation tokens processed.', {
    value: (e) => e.counters.generationTokens,
  });
  addFinished(writer, since);
  addSizes(writer);
  addTimes(writer, since);
  const engines = server.engines.map((engine) => engine.settings);
  addCacheConfig(writer.page, engines, since('0.10.2') ? 'v1-engine' : 'v1');
  addHttp(writer.page, server, time);
  return writer.page;
}

function addStates(writer: VllmWriter): void {
  writer.gauge(
    'num_requests_waiting_by_reason',
    "Number of waiting requests by reason. Reason labels: 'capacity' = waiting for scheduling capacity; 'deferred' = deferred by transient constraints (LoRA budget, KV transfer, blocked status). Sum of all reasons equals vllm:num_requests_waiting.",
    { extra: ['reason', 'capacity'], value: (e) => e.waiting },
    { extra: ['reason', 'deferred'], value: () => 0 },
  );
  writer.gauge(
    'engine_sleep_state',
    'Engine sleep state; awake = 0 means engine is sleeping; awake = 1 means engine is awake; weights_offloaded = 1 means sleep level 1; discard_all = 1 means sleep level 2.',
    { extra: ['sleep_state', 'awake'], value: () => 1 },
    { extra: ['sleep_state', 'weights_offloaded'], value: () => 0 },
    { extra: ['sleep_state', 'discard_all'], value: () => 0 },
  );
}

function addCache(writer: VllmWriter, since: Since): void {
  const usage = { value: (e: Engine) => e.usedBlocks / e.settings.kvBlocks };
  // Blocks until 0.8.5, tokens since.
  const unit = (e: Engine): number => (since('0.10.2') ? 1 : e.settings.blockTokens);
  const queries = { value: (e: Engine) => Math.floor(e.counters.prefixQueries / unit(e)) };
  const hits = { value: (e: Engine) => Math.floor(e.counters.prefixHits / unit(e)) };
  const newer = (name: string): string => (since('0.10.2') ? `DEPRECATED: Use vllm:${name} instead.` : '');
  if (!since('0.11.0')) {
    const counted = since('0.10.2') ? ['queriedtokens. ', 'cached tokens. '] : ['queried blocks.', 'cached blocks.'];
    writer.gauge(
      'gpu_cache_usage_perc',
      `GPU KV-cache usage. 1 means 100 percent usage.${newer('kv_cache_usage_perc')}`,
      usage,
    );
    writer.counter(
      'gpu_prefix_cache_queries',
      `GPU prefix cache queries, in terms of number of ${counted[0]}${newer('prefix_cache_queries')}`,
      queries,
    );
    writer.counter(
      'gpu_prefix_cache_hits',
      `GPU prefix cache hits, in terms of number of ${counted[1]}${newer('prefix_cache_hits')}`,
      hits,
    );
  }
  if (!since('0.10.2')) return;
  writer.gauge('kv_cache_usage_perc', 'KV-cache usage. 1 means 100 percent usage.', usage);
  writer.counter('prefix_cache_queries', 'Prefix cache queries, in terms of number of queried tokens.', queries);
  writer.counter('prefix_cache_hits', 'Prefix cache hits, in terms of number of cached tokens.', hits);
  if (!since('0.23.0')) return;
  const none = { value: () => 0 };
  const external = 'from KV connector cross-instance cache sharing, in terms of number of';
  writer.counter('external_prefix_cache_queries', `External prefix cache queries ${external} queried tokens.`, none);
  writer.counter('external_prefix_cache_hits', `External prefix cache hits ${external} cached tokens.`, none);
  writer.counter('mm_cache_queries', 'Multi-modal cache queries, in terms of number of queried items.', none);
  writer.counter('mm_cache_hits', 'Multi-modal cache hits, in terms of number of cached items.', none);
}

function addPromptSources(writer: VllmWriter): void {
  writer.counter(
    'prompt_tokens_by_source',
    'Number of prompt tokens by source.',
    { extra: ['source', 'local_compute'], value: (e) => e.counters.promptTokens - e.counters.prefixHits },
    { extra: ['source', 'local_cache_hit'], value: (e) => e.counters.prefixHits },
    { extra: ['source', 'external_kv_transfer'], value: () => 0 },
  );
  writer.counter('prompt_tokens_cached', 'Number of cached prompt tokens (local + external).', {
    value: (e) => e.counters.prefixHits,
  });
}

/** Before 0.13 there is no `error`: a request that fails counts as aborted. */
function addFinished(writer: VllmWriter, since: Since): void {
  const withError = since('0.23.0');
  writer.counter(
    'request_success',
    'Count of successfully processed requests.',
    { extra: ['finished_reason', 'stop'], value: (e) => e.counters.finishedStop },
    { extra: ['finished_reason', 'length'], value: (e) => e.counters.finishedLength },
    {
      extra: ['finished_reason', 'abort'],
      value: (e) => e.counters.finishedAbort + (withError ? 0 : e.counters.finishedError),
    },
    ...(withError
      ? [
          { extra: ['finished_reason', 'error'] as const, value: (e: Engine) => e.counters.finishedError },
          { extra: ['finished_reason', 'repetition'] as const, value: () => 0 },
        ]
      : []),
  );
}

function addSizes(writer: VllmWriter): void {
  writer.histogram(
    'request_prompt_tokens',
    'Number of prefill tokens processed.',
    (e) => e.tallies.request_prompt_tokens,
  );
  writer.histogram(
    'request_generation_tokens',
    'Number of generation tokens processed.',
    (e) => e.tallies.request_generation_tokens,
  );
  writer.histogram(
    'iteration_tokens_total',
    'Histogram of number of tokens per engine_step.',
    (e) => e.tallies.iteration_tokens,
  );
  writer.histogram(
    'request_max_num_generation_tokens',
    'Histogram of maximum number of requested generation tokens.',
    (e) => e.maxTokens,
  );
  writer.histogram('request_params_n', 'Histogram of the n request parameter.', (e) => e.requestN);
  writer.histogram('request_params_max_tokens', 'Histogram of the max_tokens request parameter.', (e) => e.maxTokens);
}

function addTimes(writer: VllmWriter, since: Since): void {
  writer.histogram(
    'time_to_first_token_seconds',
    'Histogram of time to first token in seconds.',
    (e) => e.tallies.ttft_s,
  );
  if (!since('0.23.0')) {
    const newer = since('0.11.0') ? 'DEPRECATED: Use vllm:inter_token_latency_seconds instead.' : '';
    writer.histogram(
      'time_per_output_token_seconds',
      `Histogram of time per output token in seconds.${newer}`,
      (e) => e.tallies.itl_s,
    );
  }
  if (since('0.10.2')) {
    writer.histogram(
      'inter_token_latency_seconds',
      'Histogram of inter-token latency in seconds.',
      (e) => e.tallies.itl_s,
    );
  }
  if (since('0.11.0')) {
    writer.histogram(
      'request_time_per_output_token_seconds',
      'Histogram of time_per_output_token_seconds per request.',
      (e) => e.tallies.tpot_s,
    );
  }
  writer.histogram(
    'e2e_request_latency_seconds',
    'Histogram of e2e request latency in seconds.',
    (e) => e.tallies.e2e_s,
  );
  writer.histogram(
    'request_queue_time_seconds',
    'Histogram of time spent in WAITING phase for request.',
    (e) => e.tallies.queue_s,
  );
  writer.histogram(
    'request_inference_time_seconds',
    'Histogram of time spent in RUNNING phase for request.',
    (e) => e.tallies.inference_s,
  );
  writer.histogram(
    'request_prefill_time_seconds',
    'Histogram of time spent in PREFILL phase for request.',
    (e) => e.tallies.prefill_s,
  );
  writer.histogram(
    'request_decode_time_seconds',
    'Histogram of time spent in DECODE phase for request.',
    (e) => e.tallies.decode_s,
  );
  if (since('0.23.0')) {
    writer.histogram(
      'request_prefill_kv_computed_tokens',
      'Histogram of new KV tokens computed during prefill (excluding cached tokens).',
      (e) => e.computedTokens,
    );
  }
}
