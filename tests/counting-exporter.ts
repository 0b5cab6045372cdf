import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A vLLM page whose counters grow with every poll; its first answer is all zero, so stored increases must equal the counters. */
export type CountingExporter = {
  readonly url: string;
  polls(): number;
  /** A new process: counters from zero, a new start time. */
  restart(): void;
  close(): Promise<void>;
};

export async function startCountingExporter(): Promise<CountingExporter> {
  let polls = 0;
  let tokens = 0;
  let startS = Date.now() / 1000;
  const server = http.createServer((_request, response) => {
    const page = printPage(tokens, polls, startS);
    polls++;
    tokens += 1 + ((polls * 7919) % 101);
    response.setHeader('Content-Type', 'text/plain; version=0.0.4');
    response.end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
    polls: () => polls,
    restart() {
      tokens = 0;
      polls = 0;
      startS = Math.max(Date.now() / 1000, startS + 2);
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function printPage(tokens: number, polls: number, startS: number): string {
  const labels = 'engine="0",model_name="m"';
  const buckets = [0.1, 1].map(
    (le, i) => `vllm:time_to_first_token_seconds_bucket{${labels},le="${le}"} ${polls * (i + 1)}.0`,
  );
  return [
    '# TYPE vllm:num_requests_running gauge',
    `vllm:num_requests_running{${labels}} ${polls % 5}.0`,
    '# TYPE vllm:num_requests_waiting gauge',
    `vllm:num_requests_waiting{${labels}} 0.0`,
    '# TYPE vllm:kv_cache_usage_perc gauge',
    `vllm:kv_cache_usage_perc{${labels}} 0.4`,
    '# TYPE vllm:generation_tokens_total counter',
    `vllm:generation_tokens_total{${labels}} ${tokens}.0`,
    '# TYPE vllm:request_success_total counter',
    `vllm:request_success_total{finished_reason="stop",${labels}} ${polls}.0`,
    '# TYPE vllm:time_to_first_token_seconds histogram',
    ...buckets,
    `vllm:time_to_first_token_seconds_bucket{${labels},le="+Inf"} ${polls * 3}.0`,
    `vllm:time_to_first_token_seconds_count{${labels}} ${polls * 3}.0`,
    `vllm:time_to_first_token_seconds_sum{${labels}} ${polls * 0.5}`,
    '# TYPE process_start_time_seconds gauge',
    `process_start_time_seconds ${startS}`,
    '',
  ].join('\n');
}
