import http, { type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = string | ((response: ServerResponse) => void);

export type PageExporter = {
  url(path: string): string;
  /** What a path answers from now on: a metrics page, or anything else. */
  set(path: string, answer: Answer): void;
  close(): Promise<void>;
};

/** A server whose pages a test writes; a path that was never set breaks the connection. */
export async function startPageExporter(pages: Readonly<Record<string, Answer>>): Promise<PageExporter> {
  const answers = new Map(Object.entries(pages));
  const server = http.createServer((request, response) => {
    const answer = answers.get(request.url ?? '');
    if (answer === undefined) response.socket?.destroy();
    else if (typeof answer === 'function') answer(response);
    else response.setHeader('Content-Type', 'text/plain; version=0.0.4').end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    set: (path, answer) => answers.set(path, answer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A small page of a recent vLLM. */
export function vllmPage(values: { running?: number; kv?: number; model?: string; tokens?: number } = {}): string {
  const { running = 1, kv = 0.25, model = 'tiny', tokens = 10 } = values;
  const labels = `engine="0",model_name="${model}"`;
  return [
    '# TYPE vllm:num_requests_running gauge',
    `vllm:num_requests_running{${labels}} ${running}`,
    '# TYPE vllm:num_requests_waiting gauge',
    `vllm:num_requests_waiting{${labels}} 0`,
    '# TYPE vllm:kv_cache_usage_perc gauge',
    `vllm:kv_cache_usage_perc{${labels}} ${kv}`,
    '# TYPE vllm:generation_tokens_total counter',
    `vllm:generation_tokens_total{${labels}} ${tokens}`,
    '',
  ].join('\n');
}
