import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '#lib/api/openapi.ts';

const ROUTES = path.join(import.meta.dirname, '../../app/api/v1');

/** `get /alerts/{id}` for every method that a route file exports. */
function routes(): string[] {
  const files = readdirSync(ROUTES, { recursive: true, withFileTypes: true }).filter(
    (file) => file.name === 'route.ts',
  );
  return files.flatMap((file) => {
    const url = `/${path.relative(ROUTES, file.parentPath)}`.replace(/\[(\w+)\]/g, '{$1}');
    const text = readFileSync(path.join(file.parentPath, file.name), 'utf8');
    return [...text.matchAll(/export (?:const|async function|function) (GET|POST|PATCH|PUT|DELETE)\b/g)].map(
      ([, method]) => `${method?.toLowerCase()} ${url}`,
    );
  });
}

/** The document itself is not in the document. */
const UNLISTED = ['get /openapi.json'];

describe('the OpenAPI document', () => {
  it('names every route of the API and no other', () => {
    const { paths } = openApiDocument('test') as { paths: Record<string, Record<string, unknown>> };
    const listed = Object.entries(paths).flatMap(([url, methods]) =>
      Object.keys(methods).map((method) => `${method} ${url}`),
    );
    expect([...listed, ...UNLISTED].sort()).toEqual(routes().sort());
  });
});
