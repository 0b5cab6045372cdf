import type { Engine } from '#lib/simulator/engine.ts';
import type { Server } from '#lib/simulator/fleet.ts';
import { pythonNumber } from '#lib/simulator/print/numbers.ts';
import type { PageLayout } from '#lib/simulator/print/page.ts';
import { type PageTime, processStartS } from '#lib/simulator/print/python-process.ts';

const HANDLER = '/v1/chat/completions';
const REQUESTS_HELP = 'Total number of requests by method, status and handler.';

/** The families of prometheus-fastapi-instrumentator, which vLLM's API server has had since 0.8.3. They know no engine. */
export function addHttp(page: PageLayout, server: Server, time: PageTime): void {
  const total = (value: (engine: Engine) => number): number =>
    server.engines.reduce((sum, engine) => sum + value(engine), 0);
  const classes = [
    ['2xx', () => total((engine) => engine.counters.http2xx)],
    ['4xx', () => total((engine) => engine.counters.http4xx)],
    ['5xx', () => total((engine) => engine.counters.http5xx)],
  ] as const;
  const labels = (status: string) => `{handler="${HANDLER}",method="POST",status="${status}"}`;
  // A status has no series before its first answer.
  const seen = () => classes.filter(([, count]) => count() > 0);
  page.family('http_requests_total', 'counter', REQUESTS_HELP);
  page.lines(() => seen().map(([status, count]) => `http_requests_total${labels(status)} ${pythonNumber(count())}`));
  page.family('http_requests_created', 'gauge', REQUESTS_HELP);
  page.lines(() =>
    seen().map(
      ([status], i) => `http_requests_created${labels(status)} ${pythonNumber(processStartS(server, time) + 31 + i)}`,
    ),
  );
  for (const [name, what, bytes] of [
    ['http_request_size_bytes', 'incoming requests', 3],
    ['http_response_size_bytes', 'outgoing responses', 5],
  ] as const) {
    page.family(
      name,
      'summary',
      `Content length of ${what} by handler. Only value of header is respected. Otherwise ignored. No percentile calculated. `,
    );
    const answered = () => classes.reduce((sum, [, count]) => sum + count(), 0);
    page.sample(`${name}_count`, [['handler', HANDLER]], pythonNumber, answered);
    page.sample(`${name}_sum`, [['handler', HANDLER]], pythonNumber, () => answered() * 211 * bytes);
  }
  page.family(
    'http_request_duration_seconds',
    'histogram',
    'Latency with only few buckets by handler. Made to be only used if aggregation by handler is important. ',
  );
  const bounds = server.engines[0]?.httpS.bounds ?? [];
  const label = (le: string): string => `{handler="${HANDLER}",le="${le}",method="POST"}`;
  page.lines(() => {
    let below = 0;
    const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, i) => {
      below += total((engine) => engine.httpS.counts[i] ?? 0);
      return `http_request_duration_seconds_bucket${label(pythonNumber(bound))} ${pythonNumber(below)}`;
    });
    const rest = `{handler="${HANDLER}",method="POST"}`;
    return [
      ...buckets,
      `http_request_duration_seconds_count${rest} ${pythonNumber(below)}`,
      `http_request_duration_seconds_sum${rest} ${pythonNumber(total((engine) => engine.httpS.sum))}`,
    ];
  });
}
