import type pg from 'pg';
import { rememberChunks } from '#lib/db/row-chunks.ts';
import type { RowSpan } from '#lib/db/series-query.ts';

/** Rows of a span, from memory where they are final. */
export function readRows<T extends { readonly bucketMs: number }>(
  pool: pg.Pool,
  span: RowSpan,
  wanted: readonly object[],
  load: (span: RowSpan) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const { fromMs, toMs, stepMs, ...rest } = span;
  if (span.settled === null || stepMs === null) return load(span);
  const key = JSON.stringify([rest, stepMs, wanted]);
  return rememberChunks(pool, key, { fromMs, toMs, stepMs }, (from, to) => load({ ...span, fromMs: from, toMs: to }));
}
