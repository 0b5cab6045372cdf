import { z } from 'zod';
import type { Queryable } from '#lib/db/alerts.ts';
import { StoredReport } from '#lib/db/run-batches.ts';
import type { BatchEngine } from '#lib/runs/batch-engines.ts';
import type { ProgressPoint } from '#lib/runs/batch-forecast.ts';
import type { KnownBatch, OpenRun } from '#lib/runs/place-batches.ts';
import { BATCH_STATES } from '#lib/runs/run.ts';

const value = z.number().nullable();

const KnownRow = z.object({
  runId: z.int(),
  number: z.int(),
  externalId: z.string(),
  state: z.enum(BATCH_STATES),
  stateWord: z.string().nullable(),
  submittedMs: value,
  startedMs: z.number(),
  endedMs: value,
  reported: StoredReport,
  lastSeenMs: z.number(),
  progress: z.array(z.tuple([z.number(), z.number()])),
});

/** A stored batch with what its polls have counted so far. */
export type WatchedBatch = KnownBatch & { readonly progress: readonly ProgressPoint[] };

/** The batches of a batch API among `externalIds`, and all of them in these runs. */
export async function loadKnownBatches(
  db: Queryable,
  targetId: number,
  externalIds: readonly string[],
  runIds: readonly number[],
): Promise<readonly WatchedBatch[]> {
  const { rows } = await db.query(
    `SELECT b.run_id AS "runId", b.number, b.external_id AS "externalId", b.state, b.state_word AS "stateWord",
            b.submitted_at_ms AS "submittedMs", b.started_at_ms AS "startedMs", b.ended_at_ms AS "endedMs", b.reported,
            coalesce(w.last_seen_ms, b.started_at_ms) AS "lastSeenMs", coalesce(w.progress, '[]') AS progress
     FROM run_batch b LEFT JOIN run_batch_watch w ON w.run_id = b.run_id AND w.number = b.number
     WHERE b.target_id = $1 AND b.external_id IS NOT NULL AND (b.external_id = ANY($2::text[]) OR b.run_id = ANY($3::int[]))`,
    [targetId, externalIds, runIds],
  );
  return rows.map((row) => {
    const { progress, ...batch } = KnownRow.parse(row);
    return { ...batch, progress: progress.map(([atMs, done]) => ({ atMs, done })) };
  });
}

export type OpenBatchRun = OpenRun & { readonly engineIds: readonly number[] };

/** The runs of a batch API that have not finished, oldest first; nobody else changes them until the transaction ends. */
export async function lockOpenRuns(client: Queryable, targetId: number): Promise<readonly OpenBatchRun[]> {
  const runs = await client.query<{ id: number; startedMs: number; engineIds: number[] }>(
    `SELECT id, started_at_ms AS "startedMs", engine_ids AS "engineIds" FROM run r
     WHERE origin = 'batch-api' AND finished_at_ms IS NULL AND removed_at_ms IS NULL
       AND EXISTS (SELECT 1 FROM run_batch b WHERE b.run_id = r.id AND b.target_id = $1)
     ORDER BY started_at_ms, id FOR UPDATE`,
    [targetId],
  );
  const { rows } = await client.query<{ runId: number; number: number; endedMs: number | null }>(
    'SELECT run_id AS "runId", number, ended_at_ms AS "endedMs" FROM run_batch WHERE run_id = ANY($1::int[])',
    [runs.rows.map((run) => run.id)],
  );
  return runs.rows.map((run) => {
    const own = rows.filter((row) => row.runId === run.id);
    const ends = new Map(own.map((row) => [row.number, row.endedMs]));
    return { ...run, batchCount: own.length, lastNumber: Math.max(0, ...ends.keys()), ends };
  });
}

const EngineRow = z.object({
  id: z.int(),
  key: z.string().transform((key) => z.tuple([z.number(), z.string(), z.string()]).parse(JSON.parse(key))),
  targetName: z.string(),
  host: z.string().nullable(),
});

/** Every engine of a target that is not removed. */
export async function loadBatchEngines(db: Queryable): Promise<readonly BatchEngine[]> {
  const { rows } = await db.query(
    `SELECT u.id, u.key, t.name AS "targetName", t.labels ->> 'host' AS host
     FROM subject u JOIN target t ON t.id = u.target_id AND t.removed_at IS NULL WHERE u.kind = 'engine'`,
  );
  return rows.map((row) => {
    const { key, ...engine } = EngineRow.parse(row);
    return { ...engine, model: key[1] };
  });
}
