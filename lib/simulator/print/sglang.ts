import type { Engine } from '#lib/simulator/engine.ts';
import type { Server } from '#lib/simulator/fleet.ts';
import { pythonNumber } from '#lib/simulator/print/numbers.ts';
import { PageLayout } from '#lib/simulator/print/page.ts';
import { PYTHON_FORMATS } from '#lib/simulator/print/vllm-writer.ts';
import type { Tally } from '#lib/simulator/tally.ts';

/** The page of an SGLang server with `--enable-metrics`: a multi-process registry, so nothing about the process. */
export function sglangPage(server: Server): PageLayout {
  const page = new PageLayout();
  const [engine] = server.engines;
  if (engine === undefined) return page;
  const { model } = engine.settings;
  const sample = (type: 'counter' | 'gauge', name: string, help: string, value: (engine: Engine) => number): void => {
    page.family(`sglang:${name}`, type, help);
    page.sample(`sglang:${name}`, [['model_name', model]], pythonNumber, () => value(engine));
  };
  const histogram = (name: string, help: string, tally: Tally): void => {
    page.family(`sglang:${name}`, 'histogram', help);
    page.sample(`sglang:${name}_sum`, [['model_name', model]], pythonNumber, () => tally.sum);
    page.buckets(
      `sglang:${name}`,
      (le) => [
        ['le', le],
        ['model_name', model],
      ],
      tally,
      PYTHON_FORMATS,
    );
    page.sample(`sglang:${name}_count`, [['model_name', model]], pythonNumber, () => tally.count);
  };
  const poolTokens = engine.settings.kvBlocks * engine.settings.blockTokens;
  sample('counter', 'prompt_tokens_total', 'Number of prefill tokens processed.', (e) => e.counters.promptTokens);
  sample(
    'counter',
    'generation_tokens_total',
    'Number of generation tokens processed.',
    (e) => e.counters.generationTokens,
  );
  sample('counter', 'cached_tokens_total', 'Number of cached prompt tokens.', (e) => e.counters.prefixHits);
  sample(
    'counter',
    'num_requests_total',
    'Number of requests processed.',
    (e) => e.finished - e.counters.finishedAbort,
  );
  sample('counter', 'num_aborted_requests_total', 'Number of requests aborted.', (e) => e.counters.finishedAbort);
  sample(
    'gauge',
    'token_usage',
    'The token usage',
    (e) => Math.round((100 * e.usedBlocks) / e.settings.kvBlocks) / 100,
  );
  sample('gauge', 'cache_hit_rate', 'The cache hit rate', (e) =>
    e.counters.prefixQueries === 0 ? 0 : e.counters.prefixHits / e.counters.prefixQueries,
  );
  histogram('time_to_first_token_seconds', 'Histogram of time to first token in seconds.', engine.tallies.ttft_s);
  histogram('e2e_request_latency_seconds', 'Histogram of End-to-end request latency in seconds', engine.tallies.e2e_s);
  histogram('time_per_output_token_seconds', 'Histogram of time per output token in seconds.', engine.tallies.itl_s);
  sample('gauge', 'num_running_reqs', 'The number of running requests', (e) => e.running);
  sample('gauge', 'num_used_tokens', 'The number of used tokens', (e) => e.usedBlocks * e.settings.blockTokens);
  sample('gauge', 'gen_throughput', 'The generate throughput (token/s)', (e) => e.generationTokensPerS);
  sample('gauge', 'num_queue_reqs', 'The number of requests in the waiting queue', (e) => e.waiting);
  sample('gauge', 'max_total_num_tokens', 'Maximum total number of tokens in the KV cache pool.', () => poolTokens);
  return page;
}
