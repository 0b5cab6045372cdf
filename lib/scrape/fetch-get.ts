import { performance } from 'node:perf_hooks';
import type { Client, Dispatcher } from 'undici';
import { tooLarge } from '#lib/scrape/fetch-body.ts';
import { FetchError } from '#lib/scrape/fetch-outcome.ts';

export type Answer = {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
};
type Phase = 'connect' | 'headers' | 'body';

export type GetLimits = { readonly timeoutMs: number; readonly maxBodyBytes: number };

/** Host and port; the query may hold a token and the user part a password. */
export function where(url: URL): string {
  return url.host;
}

/** What a poll had reached when it failed. */
export type Progress = { bytes: number; gotHeaders: boolean };

/** One GET; a kept connection that the server has closed meanwhile gives no answer at all and is tried once more. */
export async function getOnce(
  client: Client,
  url: URL,
  headers: Record<string, string>,
  request: GetLimits,
  deadline: number,
  progress: Progress,
): Promise<Answer> {
  const reused = client.stats.connected;
  try {
    return await dispatch(client, url, headers, request, deadline, progress);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const closed = code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
    if (!reused || !closed || progress.gotHeaders) throw error;
    return dispatch(client, url, headers, request, deadline, progress);
  }
}

function dispatch(
  client: Client,
  url: URL,
  headers: Record<string, string>,
  request: GetLimits,
  deadline: number,
  progress: Progress,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let phase: Phase = 'connect';
    let controller: Dispatcher.DispatchController | undefined;
    let answer: Omit<Answer, 'body'> | undefined;
    let settled = false;
    let size = 0;
    const chunks: Buffer[] = [];
    progress.gotHeaders = false;
    const settle = (error: Error | undefined): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      if (error === undefined && answer !== undefined) {
        const [only] = chunks;
        resolve({ ...answer, body: chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks) });
      } else reject(error ?? new FetchError('network', `${where(url)} ended without an answer.`));
    };
    const stop = (error: Error): void => {
      settle(error);
      controller?.abort(error);
    };
    const onTimeout = (): void => {
      stop(timeoutError(phase, url, request.timeoutMs, size));
      // A connection attempt cannot be aborted alone, and polls must not queue up behind it.
      if (phase === 'connect') void client.destroy();
    };
    const timer = setTimeout(onTimeout, Math.max(1, deadline - performance.now()));

    client.dispatch(
      { path: url.pathname + url.search, method: 'GET', headers },
      {
        onRequestStart(started) {
          controller = started;
          if (settled) started.abort(new Error('the poll is over'));
          else phase = 'headers';
        },
        onResponseStart(_controller, status, responseHeaders) {
          phase = 'body';
          progress.gotHeaders = true;
          answer = { status, headers: responseHeaders };
          const length = Number(responseHeaders['content-length'] ?? 0);
          if (length > request.maxBodyBytes) stop(tooLarge(where(url), request.maxBodyBytes));
        },
        onResponseData(_controller, chunk) {
          size += chunk.length;
          progress.bytes = size;
          if (size > request.maxBodyBytes) stop(tooLarge(where(url), request.maxBodyBytes));
          else if (!settled) chunks.push(chunk);
        },
        onResponseEnd() {
          settle(undefined);
        },
        onResponseError(_controller, error) {
          settle(error);
        },
      },
    );
  });
}

function timeoutError(phase: Phase, url: URL, timeoutMs: number, bytes: number): FetchError {
  const host = where(url);
  if (phase === 'connect') {
    return new FetchError(
      'timeout-connect',
      `${host} did not accept the connection within ${timeoutMs} ms: host down, or packets dropped on the way.`,
    );
  }
  if (phase === 'headers') {
    return new FetchError(
      'timeout-headers',
      `${host} accepted the connection but sent no answer within ${timeoutMs} ms: the process hangs or is overloaded.`,
    );
  }
  return new FetchError(
    'timeout-body',
    `${host} began to answer but was not done within ${timeoutMs} ms (${bytes} bytes came).`,
  );
}
