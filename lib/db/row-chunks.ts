import type pg from 'pg';
import { isRemembered, rememberRows } from '#lib/db/row-memory.ts';

/** Buckets of one chunk: a day in 240 points has a dozen, and one opened ten minutes later shares all but the ends. */
const CHUNK_BUCKETS = 12;

type Span = { readonly fromMs: number; readonly toMs: number; readonly stepMs: number };

/**
 * Rows of [fromMs, toMs) that cannot change any more, remembered in chunks of whole buckets at round times: a window that
 * has moved on reads only what is new at its end. `load` is asked once, for all that is missing together. `key` holds
 * everything but the times. A span that does not begin with a bucket is remembered as a whole.
 */
export async function rememberChunks<T extends { readonly bucketMs: number }>(
  pool: pg.Pool,
  key: string,
  span: Span,
  load: (fromMs: number, toMs: number) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const chunks = chunksOf(span).map((chunk) => ({ ...chunk, key: `${key} ${chunk.fromMs} ${chunk.toMs}` }));
  const missing = chunks.filter((chunk) => !isRemembered(pool, chunk.key));
  const [first, last] = [missing[0], missing.at(-1)];
  const loaded = first === undefined || last === undefined ? Promise.resolve([]) : load(first.fromMs, last.toMs);
  const parts = await Promise.all(
    chunks.map(({ key: own, fromMs, toMs }) =>
      rememberRows(pool, own, async () => {
        const rows = await loaded;
        return missing.length === 1 ? rows : rows.filter(({ bucketMs }) => bucketMs >= fromMs && bucketMs < toMs);
      }),
    ),
  );
  return parts.flat().filter(({ bucketMs }) => bucketMs >= span.fromMs - (span.fromMs % span.stepMs));
}

function chunksOf({ fromMs, toMs, stepMs }: Span): readonly { readonly fromMs: number; readonly toMs: number }[] {
  if (fromMs % stepMs !== 0) return [{ fromMs, toMs }];
  const lengthMs = CHUNK_BUCKETS * stepMs;
  const chunks = [];
  for (let startMs = fromMs - (fromMs % lengthMs); startMs < toMs; startMs += lengthMs) {
    chunks.push({ fromMs: startMs, toMs: Math.min(toMs, startMs + lengthMs) });
  }
  return chunks;
}
