import { z } from 'zod';
import { Problem } from '#lib/api/problem.ts';
import { UsageError } from '#lib/cli/usage.ts';

export type RunClient = {
  /** JSON in and out. Throws UsageError with what Headroom said. */
  ask<T>(schema: z.ZodType<T>, method: string, path: string, body?: object): Promise<T>;
  /** A file as it is; JSON out. */
  sendFile<T>(schema: z.ZodType<T>, path: string, text: string): Promise<T>;
  text(path: string): Promise<string>;
};

const TIMEOUT_MS = 30_000;

/** The HTTP API of a Headroom that runs. */
export function createRunClient(url: string, token: string | null): RunClient {
  const send = async (method: string, path: string, body?: string): Promise<Response> => {
    const response = await attempt(`${url}/api/v1${path}`, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    });
    if (!response.ok) throw new UsageError(`${url}: ${await refusalOf(response)}`);
    return response;
  };
  const understood = async <T>(schema: z.ZodType<T>, response: Response): Promise<T> => {
    const answer = schema.safeParse(await response.json());
    if (answer.success) return answer.data;
    throw new UsageError(
      `${url} answered something unexpected: is it a Headroom of this version?\n${z.prettifyError(answer.error)}`,
    );
  };
  return {
    ask: async (schema, method, path, body) =>
      understood(schema, await send(method, path, body === undefined ? undefined : JSON.stringify(body))),
    sendFile: async (schema, path, text) => understood(schema, await send('POST', path, text)),
    text: async (path) => (await send('GET', path)).text(),
  };
}

async function attempt(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new UsageError(`${new URL(url).origin} does not answer: ${cause}; set --url or HEADROOM_URL`);
  }
}

async function refusalOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    return Problem.parse(JSON.parse(text)).detail;
  } catch {
    // Something else than Headroom answered.
    return `HTTP ${response.status}: ${text.slice(0, 200)}`;
  }
}
