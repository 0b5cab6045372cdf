import { z } from 'zod';
import { Problem } from '#lib/api/problem.ts';
import { personHeader } from '#lib/client/person.ts';
import { ApiError, problemOf } from '#lib/client/problem.ts';

// zod compiles parsers with `new Function` when it may; a strict CSP forbids that and would log a violation.
z.config({ jitless: true });

const BASE = '/api/v1';

/** One call: JSON in, an answer of the contract out, `ApiError` for everything else. */
export async function request<T>(schema: z.ZodType<T>, path: string, init: RequestInit = {}): Promise<T> {
  const response = await send(path, init);
  const body = await readJson(response);
  if (!response.ok) throw refusal(response, body);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`;
  throw new ApiError('contract', problemOf('Headroom answered something unexpected', response.status, where));
}

export function jsonBody(method: string, value: unknown): RequestInit {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`${BASE}${path}`, {
      ...init,
      headers: { accept: 'application/json', ...personHeader(), ...init.headers },
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(
      'network',
      problemOf('Headroom does not answer', 0, error instanceof Error ? error.message : String(error)),
    );
  }
}

async function readJson(response: Response): Promise<unknown> {
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch {
    return null;
  }
}

function refusal(response: Response, body: unknown): ApiError {
  const problem = Problem.safeParse(body);
  if (problem.success) return new ApiError('http', problem.data);
  return new ApiError('http', problemOf(`HTTP ${response.status}`, response.status, response.statusText));
}
