import type { z } from 'zod';
import type { Problem } from '#lib/api/problem.ts';
import { classifyFailure } from '#lib/db/failure.ts';
import { type Actor, authorise, identify, type Role } from '#lib/service/access.ts';
import { AppError, ERROR_STATUS } from '#lib/service/errors.ts';
import { readQuery, readShape } from '#lib/service/read-shape.ts';
import { type Server, server } from './server-context.ts';

type Shapes = { params?: z.ZodType; query?: z.ZodType; body?: z.ZodType };
type Parsed<S extends Shapes, K extends keyof Shapes> = S[K] extends z.ZodType ? z.infer<S[K]> : undefined;

type Work<S extends Shapes> = (
  input: { params: Parsed<S, 'params'>; query: Parsed<S, 'query'>; body: Parsed<S, 'body'> },
  ask: Server & { readonly actor: Actor; readonly request: Request },
) => Promise<Response | object>;

const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Every route handler: checks who asks, validates what is asked with zod, maps errors to problem+json.
 * A handler returns a plain object (sent as JSON) or a Response of its own.
 */
export function endpoint<S extends Shapes>(role: Role, shapes: S, work: Work<S>) {
  return async (request: Request, route: { params: Promise<unknown> }): Promise<Response> => {
    try {
      const running = server();
      const actor = identify(factsOf(request), running.access);
      authorise(actor, role);
      const input = {
        params: shapes.params === undefined ? undefined : readShape(shapes.params, await route.params, 'path'),
        query: readQuery(shapes.query, new URL(request.url).searchParams),
        body: shapes.body === undefined ? undefined : readShape(shapes.body, await bodyOf(request), 'body'),
      } as Parameters<typeof work>[0];
      const answer = await work(input, { ...running, actor, request });
      return answer instanceof Response ? answer : Response.json(answer, { headers: { 'Cache-Control': 'no-store' } });
    } catch (error) {
      return problemResponse(error);
    }
  };
}

function factsOf(request: Request) {
  const { headers } = request;
  return {
    method: request.method,
    host: headers.get('host'),
    origin: headers.get('origin'),
    secFetchSite: headers.get('sec-fetch-site'),
    authorization: headers.get('authorization'),
    person: headers.get('headroom-person'),
  };
}

async function bodyOf(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text.length > MAX_BODY_BYTES)
    throw new AppError('too-large', `the body has ${text.length} bytes: the limit is ${MAX_BODY_BYTES}`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('invalid', `the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Invalid request',
  401: 'Not signed in',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  413: 'Too large',
  422: 'Refused',
  500: 'Internal error',
  503: 'Unavailable',
};

export function problemResponse(error: unknown): Response {
  const { status, detail, errors } = mapError(error);
  const problem: Problem = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    errors: [...errors],
  };
  return new Response(JSON.stringify(problem), {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
  });
}

function mapError(
  error: unknown,
): Pick<Problem, 'status' | 'detail'> & { errors: readonly { path: string; message: string }[] } {
  if (error instanceof AppError)
    return { status: ERROR_STATUS[error.code], detail: error.message, errors: error.errors };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${new Date().toISOString()} web       error ${text.replaceAll('\n', ' | ')}\n`);
  if (isDatabaseAway(error)) return { status: 503, detail: 'the database does not answer', errors: [] };
  return { status: 500, detail: 'something went wrong here; the log has the details', errors: [] };
}

const CONNECTION_CODES = ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT'];

function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (
    CONNECTION_CODES.includes(code) ||
    /Connection terminated|timeout exceeded when trying to connect/.test(error.message)
  )
    return true;
  return code !== '' && error.constructor.name === 'DatabaseError' && classifyFailure(error) === 'away';
}
