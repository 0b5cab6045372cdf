import type { Engine } from '#lib/simulator/engine.ts';
import type { Server } from '#lib/simulator/fleet.ts';
import { rustFloat, wholeNumber } from '#lib/simulator/print/numbers.ts';
import { type Labels, PageLayout } from '#lib/simulator/print/page.ts';
import type { Tally } from '#lib/simulator/tally.ts';

type Extra = readonly [label: string, value: string];

const FORMATS = { le: rustFloat, count: wholeNumber } as const;

/**
 * vLLM behind its Rust front end: OpenMetrics whatever was asked for, labels in order of declaration, counts without a
 * point, a dot too many behind HELP, and a counter's series only from its first event on. No process, no cache config.
 */
export function vllmRustPage(server: Server): PageLayout {
  const page = new PageLayout();
  const labels = ({ settings }: Engine, ...extra: readonly Extra[]): Labels => [
    ['model_name', settings.model],
    ['engine', settings.rank],
    ...extra,
  ];
  const gauge = (
    name: string,
    help: string,
    value: (engine: Engine) => number,
    format = wholeNumber,
    ...extra: readonly Extra[]
  ): void => {
    if (help !== '') page.family(`vllm:${name}`, 'gauge', help);
    for (const engine of server.engines)
      page.sample(`vllm:${name}`, labels(engine, ...extra), format, () => value(engine));
  };
  const counter = (
    name: string,
    help: string,
    ...series: readonly { extra?: Extra; value: (engine: Engine) => number }[]
  ): void => {
    page.family(`vllm:${name}`, 'counter', `${help}.`);
    page.lines(() =>
      server.engines.flatMap((engine) =>
        series
          .filter(({ value }) => value(engine) > 0)
          .map(({ extra, value }) => {
            const last = extra === undefined ? '' : `,${extra[0]}="${extra[1]}"`;
            const { model, rank } = engine.settings;
            return `vllm:${name}_total{model_name="${model}",engine="${rank}"${last}} ${wholeNumber(value(engine))}`;
          }),
      ),
    );
  };
  const histogram = (name: string, help: string, tallyOf: (engine: Engine) => Tally): void => {
    page.family(`vllm:${name}`, 'histogram', `${help}.`);
    for (const engine of server.engines) {
      const tally = tallyOf(engine);
      page.sample(`vllm:${name}_sum`, labels(engine), rustFloat, () => tally.sum);
      page.sample(`vllm:${name}_count`, labels(engine), wholeNumber, () => tally.count);
      page.buckets(`vllm:${name}`, (le) => [['le', le], ...labels(engine)], tally, FORMATS);
    }
  };

  gauge('num_requests_running', 'Number of requests in model execution batches.', (e) => e.running);
  gauge('num_requests_waiting', 'Number of requests waiting to be processed.', (e) => e.waiting);
  gauge('num_requests_waiting_by_reason', 'Number of waiting requests by reason.', (e) => e.waiting, wholeNumber, [
    'reason',
    'capacity',
  ]);
  gauge('num_requests_waiting_by_reason', '', () => 0, wholeNumber, ['reason', 'deferred']);
  gauge(
    'kv_cache_usage_perc',
    'KV-cache usage. 1 means 100 percent usage.',
    (e) => e.usedBlocks / e.settings.kvBlocks,
    rustFloat,
  );
  counter('prefix_cache_queries', 'Prefix cache queries, in terms of number of queried tokens.', {
    value: (e) => e.counters.prefixQueries,
  });
  counter('prefix_cache_hits', 'Prefix cache hits, in terms of number of cached tokens.', {
    value: (e) => e.counters.prefixHits,
  });
  counter('num_preemptions', 'Cumulative number of preemption from the engine.', {
    value: (e) => e.counters.preemptions,
  });
  counter('prompt_tokens', 'Number of prefill tokens processed.', { value: (e) => e.counters.promptTokens });
  counter(
    'prompt_tokens_by_source',
    'Number of prompt tokens by source.',
    { extra: ['source', 'local_compute'], value: (e) => e.counters.promptTokens - e.counters.prefixHits },
    { extra: ['source', 'local_cache_hit'], value: (e) => e.counters.prefixHits },
  );
  counter('prompt_tokens_cached', 'Number of cached prompt tokens (local + external).', {
    value: (e) => e.counters.prefixHits,
  });
  counter('generation_tokens', 'Number of generation tokens processed.', { value: (e) => e.counters.generationTokens });
  counter(
    'request_success',
    'Count of successfully processed requests.',
    { extra: ['finished_reason', 'stop'], value: (e) => e.counters.finishedStop },
    { extra: ['finished_reason', 'length'], value: (e) => e.counters.finishedLength },
    { extra: ['finished_reason', 'abort'], value: (e) => e.counters.finishedAbort },
    { extra: ['finished_reason', 'error'], value: (e) => e.counters.finishedError },
  );
  histogram('request_prompt_tokens', 'Number of prefill tokens processed.', (e) => e.tallies.request_prompt_tokens);
  histogram(
    'request_generation_tokens',
    'Number of generation tokens processed.',
    (e) => e.tallies.request_generation_tokens,
  );
  histogram('request_params_n', 'Histogram of the n request parameter.', (e) => e.requestN);
  histogram('time_to_first_token_seconds', 'Histogram of time to first token in seconds.', (e) => e.tallies.ttft_s);
  histogram('inter_token_latency_seconds', 'Histogram of inter-token latency in seconds.', (e) => e.tallies.itl_s);
  histogram(
    'request_time_per_output_token_seconds',
    'Histogram of time_per_output_token_seconds per request.',
    (e) => e.tallies.tpot_s,
  );
  histogram('e2e_request_latency_seconds', 'Histogram of e2e request latency in seconds.', (e) => e.tallies.e2e_s);
  histogram(
    'request_queue_time_seconds',
    'Histogram of time spent in WAITING phase for request.',
    (e) => e.tallies.queue_s,
  );
  histogram(
    'request_inference_time_seconds',
    'Histogram of time spent in RUNNING phase for request.',
    (e) => e.tallies.inference_s,
  );
  histogram(
    'request_prefill_time_seconds',
    'Histogram of time spent in PREFILL phase for request.',
    (e) => e.tallies.prefill_s,
  );
  histogram(
    'request_decode_time_seconds',
    'Histogram of time spent in DECODE phase for request.',
    (e) => e.tallies.decode_s,
  );
  addHttp(page, server);
  page.fixed('# EOF\n');
  return page;
}

function addHttp(page: PageLayout, server: Server): void {
  page.family('http_requests', 'counter', 'Total number of HTTP requests by method, status, and handler..');
  page.lines(() =>
    (['http2xx', 'http4xx', 'http5xx'] as const)
      .map(
        (field) => [field.slice(4), server.engines.reduce((sum, engine) => sum + engine.counters[field], 0)] as const,
      )
      .filter(([, count]) => count > 0)
      .map(
        ([status, count]) =>
          `http_requests_total{method="POST",status="${status}",handler="/v1/chat/completions"} ${count}`,
      ),
  );
}
