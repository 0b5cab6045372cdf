import { z } from 'zod';
import type { Queryable } from '#lib/db/alerts.ts';
import { DEADLINE_RISKS } from '#lib/runs/batch-forecast.ts';

const value = z.number().nullable();

const Row = z.object({
  runId: z.int(),
  number: z.int(),
  expiresMs: value,
  lastSeenMs: z.number(),
  forecast: z.object({
    progressRatio: value,
    ratePerS: value,
    etaMs: value,
    etaFromMs: value,
    etaToMs: value,
    risk: z.enum(DEADLINE_RISKS),
    reason: z.string(),
  }),
});
/** What the polls of a batch API let expect of a batch that runs, as of the last that saw it. */
export type WatchedForecast = z.infer<typeof Row>;

/** Of the running batches of these runs; by run. */
export async function loadForecasts(
  db: Queryable,
  runIds: readonly number[],
): Promise<ReadonlyMap<number, readonly WatchedForecast[]>> {
  const { rows } = await db.query(
    `SELECT run_id AS "runId", number, expires_ms AS "expiresMs", last_seen_ms AS "lastSeenMs", forecast
     FROM run_batch_watch JOIN run_batch b USING (run_id, number)
     WHERE run_id = ANY($1::int[]) AND forecast IS NOT NULL AND b.ended_at_ms IS NULL`,
    [runIds],
  );
  return Map.groupBy(
    rows.map((row) => Row.parse(row)),
    (row) => row.runId,
  );
}
