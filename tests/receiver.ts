import http, { type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Received = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly atMs: number;
};
export type Receiver = {
  readonly url: string;
  readonly received: Received[];
  /** What the next requests get, in this order; then 200 `ok`. */
  answerNext(...answers: ((response: ServerResponse) => void)[]): void;
  close(): Promise<void>;
};

/** What a receiver may do. */
export const answer =
  (status: number, body = '', headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, headers).end(body);
  };
export const hang = (): void => {};

/** An HTTP server that keeps what it got. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const queue: ((response: ServerResponse) => void)[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      received.push({ method, path, headers, body: Buffer.concat(chunks).toString(), atMs: Date.now() });
      (queue.shift() ?? answer(200, 'ok'))(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answerNext: (...answers) => queue.push(...answers),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
