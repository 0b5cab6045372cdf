import { z } from 'zod';
import { AppError } from '#lib/service/errors.ts';

const LISTS = new Set(['subject']);

/** Query values by key. `subject` is an array (`subject=1&subject=2`, also `subject=1,2`); another key that comes twice reads as `a,b`. */
export function queryValues(params: URLSearchParams): Record<string, unknown> {
  const query: Record<string, unknown> = {};
  for (const key of new Set(params.keys())) {
    const text = params.getAll(key).join(',');
    query[key] = LISTS.has(key) ? text.split(',') : text;
  }
  return query;
}

const NOTHING = z.strictObject({});

/** Where no query is expected, a key that has no effect would look as if it had one. */
export function readQuery(schema: z.ZodType | undefined, params: URLSearchParams): unknown {
  const read = readShape(schema ?? NOTHING, queryValues(params), 'query');
  return schema === undefined ? undefined : read;
}

/** What `schema` makes of a value from outside. Throws AppError `invalid` with every path and what was expected there. */
export function readShape(schema: z.ZodType, value: unknown, where: 'path' | 'query' | 'body'): unknown {
  const nul = pathOfNul(value);
  if (nul !== null) throw refusal(where, [{ path: nul, message: 'holds a NUL character' }]);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw refusal(
    where,
    result.error.issues.map((issue) => ({
      path: issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]].join('.') : issue.path.join('.'),
      // What is wrong with a key is said one level deeper.
      message: issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message,
    })),
  );
}

function refusal(where: string, errors: readonly { readonly path: string; readonly message: string }[]): AppError {
  const said = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  return new AppError('invalid', `${where}: ${said}`, errors);
}

/** Postgres stores no NUL. The path of the first text or key that holds one; null when none does. */
function pathOfNul(value: unknown): string | null {
  if (typeof value === 'string') return value.includes('\0') ? '' : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, part] of Object.entries(value)) {
    if (key.includes('\0')) return key.replaceAll('\0', '\ufffd');
    const inner = pathOfNul(part);
    if (inner !== null) return inner === '' ? key : `${key}.${inner}`;
  }
  return null;
}
