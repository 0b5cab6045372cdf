import type { Queryable } from '#lib/db/alerts.ts';
import { storableJson, storableText } from '#lib/db/storable.ts';
import type { BatchForecast, ProgressPoint } from '#lib/runs/batch-forecast.ts';
import { IDLE_LOOK_MS } from '#lib/runs/batch-window.ts';
import type { BatchChange, BatchFacts } from '#lib/runs/place-batches.ts';

/** What a batch has become. With other times it is measured anew. */
export async function changeBatches(client: Queryable, changes: readonly BatchChange[]): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ known, facts }) => ({ runId: known.runId, number: known.number, ...facts }));
  await client.query(
    `UPDATE run_batch b SET state = x.state, state_word = x."stateWord", submitted_at_ms = x."submittedMs",
       started_at_ms = x."startedMs", ended_at_ms = x."endedMs", reported = x.reported,
       measured = CASE WHEN (b.started_at_ms, b.ended_at_ms) IS NOT DISTINCT FROM (x."startedMs", x."endedMs") THEN b.measured END
     FROM json_to_recordset($1::json) AS x ("runId" int, number int, state text, "stateWord" text, "submittedMs" bigint,
       "startedMs" bigint, "endedMs" bigint, reported jsonb)
     WHERE b.run_id = x."runId" AND b.number = x.number`,
    [storableJson(rows)],
  );
}

/** `externalId`: its id at the batch API; null where it was found otherwise. */
export type FoundBatch = { readonly externalId: string | null; readonly name: string; readonly facts: BatchFacts };

/** Adds batches to a run with the numbers from `firstNumber` on; the idle time of those around them is measured anew. */
export async function insertFoundBatches(
  client: Queryable,
  at: { readonly runId: number; readonly targetId: number | null; readonly firstNumber: number },
  batches: readonly FoundBatch[],
): Promise<void> {
  const rows = batches.map(({ externalId, name, facts }, i) => ({
    number: at.firstNumber + i,
    externalId,
    name,
    ...facts,
  }));
  await client.query(
    `INSERT INTO run_batch (run_id, target_id, number, name, external_id, state, state_word, submitted_at_ms,
       started_at_ms, ended_at_ms, reported)
     SELECT $1, $2, x.number, x.name, x."externalId", x.state, x."stateWord", x."submittedMs", x."startedMs", x."endedMs", x.reported
     FROM json_to_recordset($3::json) AS x (number int, name text, "externalId" text, state text, "stateWord" text,
       "submittedMs" bigint, "startedMs" bigint, "endedMs" bigint, reported jsonb)`,
    [at.runId, at.targetId, storableJson(rows)],
  );
  const firstMs = Math.min(...batches.map((batch) => batch.facts.startedMs));
  await client.query(
    'UPDATE run_batch SET measured = NULL, measured_at_ms = NULL WHERE run_id = $1 AND ended_at_ms > $2 AND measured IS NOT NULL',
    [at.runId, firstMs - IDLE_LOOK_MS],
  );
}

export type BatchRun = {
  readonly name: string;
  readonly origin: 'batch-api' | 'detected';
  readonly engineIds: readonly number[];
  readonly notes: string;
  readonly startedMs: number;
  readonly finishedMs: number | null;
  readonly createdBy: string;
  readonly nowMs: number;
};

/** A run that Headroom found by itself. Returns its id. */
export async function insertFoundRun(client: Queryable, run: BatchRun): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO run (name, kind, origin, engine_ids, notes, started_at_ms, finished_at_ms, created_by, created_at_ms)
     VALUES ($1, 'multi-batch', $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
    [
      storableText(run.name),
      run.origin,
      run.engineIds,
      storableText(run.notes),
      Math.floor(run.startedMs),
      run.finishedMs,
      storableText(run.createdBy),
      Math.floor(run.nowMs),
    ],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('a run was not stored');
  return id;
}

export type FoundRunChange = {
  readonly startedMs: number;
  readonly finishedMs: number | null;
  readonly engineIds: readonly number[];
};

/** What a run has become; the kept verdict goes, because it may be another now. */
export async function changeFoundRun(client: Queryable, id: number, change: FoundRunChange): Promise<void> {
  await client.query(
    'UPDATE run SET verdict = NULL, started_at_ms = $2, finished_at_ms = $3, engine_ids = $4 WHERE id = $1',
    [id, Math.floor(change.startedMs), change.finishedMs, change.engineIds],
  );
}

export type BatchWatch = {
  readonly runId: number;
  readonly number: number;
  readonly createdMs: number | null;
  readonly expiresMs: number | null;
  readonly model: string | null;
  readonly lastSeenMs: number;
  readonly progress: readonly ProgressPoint[];
  readonly forecast: BatchForecast | null;
};

/** What polls say of batches beside their state: progress, deadline and forecast. */
export async function saveWatches(client: Queryable, watches: readonly BatchWatch[]): Promise<void> {
  if (watches.length === 0) return;
  const rows = watches.map(({ progress, forecast, ...watch }) => ({
    ...watch,
    progress: progress.map(({ atMs, done }) => [atMs, done]),
    etaMs: forecast?.etaMs == null ? null : Math.ceil(forecast.etaMs),
    forecast,
  }));
  await client.query(
    `INSERT INTO run_batch_watch (run_id, number, created_ms, expires_ms, model, last_seen_ms, progress, eta_ms, forecast)
     SELECT * FROM json_to_recordset($1::json) AS x ("runId" int, number int, "createdMs" bigint, "expiresMs" bigint,
       model text, "lastSeenMs" bigint, progress jsonb, "etaMs" bigint, forecast jsonb)
     ON CONFLICT (run_id, number) DO UPDATE SET created_ms = coalesce(excluded.created_ms, run_batch_watch.created_ms),
       expires_ms = coalesce(excluded.expires_ms, run_batch_watch.expires_ms),
       model = coalesce(excluded.model, run_batch_watch.model), last_seen_ms = excluded.last_seen_ms,
       progress = excluded.progress, eta_ms = excluded.eta_ms, forecast = excluded.forecast`,
    [storableJson(rows)],
  );
}
