import type { Server } from '#lib/simulator/fleet.ts';
import { pythonNumber } from '#lib/simulator/print/numbers.ts';
import type { PageLayout } from '#lib/simulator/print/page.ts';
import { addPythonProcess, type PageTime } from '#lib/simulator/print/python-process.ts';
import { addCacheConfig } from '#lib/simulator/print/vllm-cache-config.ts';
import { VllmWriter } from '#lib/simulator/print/vllm-writer.ts';

/** The page of vLLM 0.6.6 with the V0 engine, after its first request. */
export function vllmV0Page(server: Server, time: PageTime): PageLayout {
  const writer = new VllmWriter(server, time, false);
  const { page } = writer;
  addPythonProcess(page, server, time);
  writer.gauge('num_requests_running', 'Number of requests currently running on GPU.', { value: (e) => e.running });
  writer.gauge('num_requests_waiting', 'Number of requests waiting to be processed.', { value: (e) => e.waiting });
  page.family('vllm:lora_requests_info', 'gauge', 'Running stats on lora requests.');
  page.sample(
    'vllm:lora_requests_info',
    [
      ['max_lora', '0'],
      ['running_lora_adapters', ''],
      ['waiting_lora_adapters', ''],
    ],
    pythonNumber,
    () => time.epochS + time.nowS,
  );
  writer.gauge('num_requests_swapped', 'Number of requests swapped to CPU.', { value: () => 0 });
  writer.gauge('gpu_cache_usage_perc', 'GPU KV-cache usage. 1 means 100 percent usage.', {
    value: (e) => e.usedBlocks / e.settings.kvBlocks,
  });
  writer.gauge('cpu_cache_usage_perc', 'CPU KV-cache usage. 1 means 100 percent usage.', { value: () => 0 });
  writer.gauge('cpu_prefix_cache_hit_rate', 'CPU prefix cache block hit rate.', { value: () => -1 });
  writer.gauge('gpu_prefix_cache_hit_rate', 'GPU prefix cache block hit rate.', {
    value: ({ settings, counters }) => {
      if (settings.prefixHit === null) return -1;
      return counters.prefixQueries === 0 ? 0 : counters.prefixHits / counters.prefixQueries;
    },
  });
  writer.counter('num_preemptions', 'Cumulative number of preemption from the engine.', {
    value: (e) => e.counters.preemptions,
  });
  writer.counter('prompt_tokens', 'Number of prefill tokens processed.', { value: (e) => e.counters.promptTokens });
  writer.counter('generation_tokens', 'Number of generation tokens processed.', {
    value: (e) => e.counters.generationTokens,
  });
  writer.counter('tokens', 'Number of prefill plus generation tokens processed.');
  addHistograms(writer);
  addFinished(page, server);
  for (const [name, type, help] of NEVER_SET) page.family(`vllm:spec_decode_${name}`, type, help);
  writer.gauge('avg_prompt_throughput_toks_per_s', 'Average prefill throughput in tokens/s.', {
    value: (e) => e.promptTokensPerS,
  });
  writer.gauge('avg_generation_throughput_toks_per_s', 'Average generation throughput in tokens/s.', {
    value: (e) => e.generationTokensPerS,
  });
  addCacheConfig(
    page,
    server.engines.map((engine) => engine.settings),
    'v0',
  );
  return page;
}

/** Declared by every V0 server, set only with speculative decoding. */
const NEVER_SET = [
  ['draft_acceptance_rate', 'gauge', 'Speulative token acceptance rate.'],
  ['efficiency', 'gauge', 'Speculative decoding system efficiency.'],
  ['num_accepted_tokens_total', 'counter', 'Number of accepted tokens.'],
  ['num_draft_tokens_total', 'counter', 'Number of draft tokens.'],
  ['num_emitted_tokens_total', 'counter', 'Number of emitted tokens.'],
] as const;

function addHistograms(writer: VllmWriter): void {
  writer.histogram(
    'iteration_tokens_total',
    'Histogram of number of tokens per engine_step.',
    (e) => e.tallies.iteration_tokens,
  );
  writer.histogram(
    'time_to_first_token_seconds',
    'Histogram of time to first token in seconds.',
    (e) => e.tallies.ttft_s,
  );
  writer.histogram(
    'time_per_output_token_seconds',
    'Histogram of time per output token in seconds.',
    (e) => e.tallies.itl_s,
  );
  writer.histogram(
    'e2e_request_latency_seconds',
    'Histogram of end to end request latency in seconds.',
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
  writer.histogram(
    'time_in_queue_requests',
    'Histogram of time the request spent in the queue in seconds.',
    (e) => e.tallies.queue_s,
  );
  writer.histogram(
    'model_forward_time_milliseconds',
    'Histogram of time spent in the model forward pass in ms.',
    (e) => e.modelTimeMs,
  );
  writer.histogram(
    'model_execute_time_milliseconds',
    'Histogram of time spent in the model execute function in ms.',
    (e) => e.modelTimeMs,
  );
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
    'request_max_num_generation_tokens',
    'Histogram of maximum number of requested generation tokens.',
    (e) => e.maxTokens,
  );
  writer.histogram('request_params_n', 'Histogram of the n request parameter.', (e) => e.requestN);
  writer.histogram('request_params_max_tokens', 'Histogram of the max_tokens request parameter.', (e) => e.maxTokens);
}

/** V0 makes the series of a reason at its first request that ends so. It knows no `error`. */
function addFinished(page: PageLayout, server: Server): void {
  page.family('vllm:request_success_total', 'counter', 'Count of successfully processed requests.');
  page.lines(() =>
    server.engines.flatMap(({ settings, counters }) => {
      const reasons = [
        ['abort', counters.finishedAbort + counters.finishedError],
        ['stop', counters.finishedStop],
        ['length', counters.finishedLength],
      ] as const;
      return reasons
        .filter(([, count]) => count > 0)
        .map(
          ([reason, count]) =>
            `vllm:request_success_total{finished_reason="${reason}",model_name="${settings.model}"} ${pythonNumber(count)}`,
        );
    }),
  );
}
