import { expect, test } from 'vitest';
import { createPoll } from '#lib/scrape/poll.ts';
import { PLAIN_TARGET } from '#lib/target/plain-target.ts';
import type { TargetSettings } from '#lib/target/target.ts';

/** One poll of a server that prints `body`. */
function pollOf(source: TargetSettings['source'], body: string) {
  const fetchPage = async () => ({ ok: true, body, contentType: '', bytes: body.length, durationMs: 1 }) as const;
  const fetcher = { fetchPage } as unknown as Parameters<typeof createPoll>[1]['fetcher'];
  return createPoll(
    { ...PLAIN_TARGET, name: 't', url: 'http://127.0.0.1:9/metrics', source },
    { fetcher, smiCommand: '' },
  )();
}

const WAITING = `# TYPE vllm:num_requests_running gauge
# TYPE vllm:gpu_cache_usage_perc gauge
# TYPE vllm:prompt_tokens_total counter
python_info{implementation="CPython"} 1
vllm:cache_config_info{block_size="16",num_gpu_blocks="100"} 1
`;
const LONG = `# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{model_name="${'m'.repeat(2000)}"} 1\n`;

test.each(['vllm', 'auto'] as const)(
  'a V0 server that waits for its first request answers (source %s)',
  async (source) => {
    const outcome = await pollOf(source, WAITING);
    expect(outcome).toMatchObject({ ok: true, readings: [] });
    expect(outcome.recognised?.text).toMatch(/^vLLM.*no number of an engine yet$/);
  },
);

test.each([
  ['vllm', '', 'nothing is recognised on the page: the page has no samples'],
  [
    'vllm',
    'node_load1 1\n',
    'nothing is recognised on the page: no metrics of source vllm among 1 samples (node_load1 …)',
  ],
  ['dcgm', 'vllm:num_requests_running{model_name="m"} 1\n', /no metrics of source dcgm .*; this is a page of vllm$/],
  ['vllm', LONG, /1 line left out, the first: .*"model_name" has 2000 characters, the limit is 1024$/],
] as const)('a page of which source %s stores nothing says why: %j', async (source, body, message) => {
  const outcome = await pollOf(source, body);
  expect(outcome).toMatchObject({ ok: false, kind: 'nothing-recognised' });
  expect(outcome.ok ? '' : outcome.message).toMatch(message);
});
