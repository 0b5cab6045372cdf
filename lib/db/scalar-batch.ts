import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import { fetchScalars, type RowSpan, type ScalarRow, type ScalarWanted } from '#lib/db/series-query.ts';

/** The panels of a page ask within a few milliseconds of each other. */
const GATHER_MS = 4;
/** Three columns each; a statement of Postgres has at most 1664. */
const MOST_WANTED = 250;

type Batch = { readonly wanted: ScalarWanted[]; readonly rows: Promise<readonly ScalarRow[]> };

const openBatches = new WeakMap<pg.Pool, Map<string, Batch>>();

/**
 * As `fetchScalars`, but what is asked for of the same span within a moment is read in one scan: most of its cost is the
 * walk over wide rows, whatever is wanted of them. A page of twelve panels would walk over them twelve times.
 */
export async function fetchScalarsTogether(
  pool: pg.Pool,
  span: RowSpan,
  wanted: readonly ScalarWanted[],
): Promise<readonly ScalarRow[]> {
  const batch = joinBatch(pool, span, wanted.length);
  const first = batch.wanted.length;
  batch.wanted.push(...wanted);
  const rows = await batch.rows;
  return rows.map((row) => ({ ...row, values: row.values.slice(first, first + wanted.length) }));
}

function joinBatch(pool: pg.Pool, span: RowSpan, more: number): Batch {
  const open = openBatches.get(pool) ?? new Map<string, Batch>();
  openBatches.set(pool, open);
  const key = JSON.stringify(span);
  const known = open.get(key);
  if (known !== undefined && known.wanted.length + more <= MOST_WANTED) return known;
  const wanted: ScalarWanted[] = [];
  const rows = wait(GATHER_MS).then(() => {
    if (open.get(key) === batch) open.delete(key);
    return fetchScalars(pool, span, wanted);
  });
  const batch = { wanted, rows };
  open.set(key, batch);
  return batch;
}
