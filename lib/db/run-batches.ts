import { z } from 'zod';
import type { Queryable } from '#lib/db/alerts.ts';
import { SqlValues } from '#lib/db/sql-values.ts';
import { storableJson, storableText } from '#lib/db/storable.ts';
import type { BatchMeasurement } from '#lib/runs/batch-measurement.ts';
import { RESULT_TOOLS } from '#lib/runs/results/result-cell.ts';
import { BATCH_STATES } from '#lib/runs/run.ts';

const value = z.number().nullable();
const processes = z.array(z.object({ pid: z.string(), name: z.string(), bytes: z.number() })).nullable();

const latency = z.object({ p50: value, p95: value, p99: value });
const Load = z.object({
  latency,
  ttft: latency,
  kvMaxRatio: value,
  queuePeak: value,
  runningPeak: value,
  arrivalPeakPerSecond: value,
});

const Measured = z.object({
  completed: value,
  failed: value,
  errors: z.record(z.string(), z.number()),
  promptTokens: value,
  completionTokens: value,
  cachedTokens: value,
  hitRatio: value,
  preemptions: value.default(null),
  secondsPerRequest: value,
  crashes: value,
  oomErrors: value,
  reloadDelayMs: value,
  memory: z.array(
    z.object({
      gpuId: z.int(),
      beforeBytes: value,
      afterBytes: value,
      peakBytes: value,
      totalBytes: value,
      reservedBytes: value,
      processesBefore: processes,
      processesAfter: processes,
    }),
  ),
  load: Load.nullable().default(null),
  restarts: z.array(z.object({ atMs: z.number(), cause: z.string() })),
  missing: z.array(z.string()),
});

const count = z.number().optional();
/** The JSON of `run_batch.reported`. */
export const StoredReport = z.object({
  total: count,
  completed: count,
  failed: count,
  errors: z.record(z.string(), z.number()).optional(),
  promptTokens: count,
  completionTokens: count,
  cachedTokens: count,
});
export type StoredReport = z.infer<typeof StoredReport>;

const spread = z.object({ mean: value, p50: value, p95: value, p99: value, max: value });
/** The JSON of `run_batch.result`. */
const StoredResult = z.object({
  tool: z.enum(RESULT_TOOLS),
  numbers: z.object({
    durationSeconds: value,
    completed: value,
    failed: value,
    incomplete: value,
    requestsPerSecond: value,
    goodputPerSecond: value,
    goodRatio: value,
    outputTokensPerSecond: value,
    promptTokens: value,
    completionTokens: value,
    latency: spread,
    ttft: spread,
    tpot: spread,
    itl: spread,
    errors: z.record(z.string(), z.number()).nullable(),
    oomErrors: value,
    perRequest: value,
  }),
  remarks: z.array(z.string()),
});

const Row = z.object({
  runId: z.int(),
  number: z.int(),
  name: z.string(),
  externalId: z.string().nullable(),
  state: z.enum(BATCH_STATES),
  stateWord: z.string().nullable(),
  notes: z.string(),
  submittedAtMs: value,
  startedAtMs: z.number(),
  endedAtMs: value,
  reported: StoredReport,
  measured: Measured.nullable(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  result: StoredResult.nullable(),
  /** False where nobody knows when it ran: its times are those of its import. */
  timed: z.boolean(),
});
export type BatchRow = z.infer<typeof Row>;

const COLUMNS = `run_id AS "runId", number, name, external_id AS "externalId", state, state_word AS "stateWord", notes,
  submitted_at_ms AS "submittedAtMs", started_at_ms AS "startedAtMs", ended_at_ms AS "endedAtMs", reported, measured,
  params, result, timed`;

/** The batches of these runs, by number. */
export async function loadBatches(db: Queryable, runIds: readonly number[]): Promise<readonly BatchRow[]> {
  if (runIds.length === 0) return [];
  const { rows } = await db.query(
    `SELECT ${COLUMNS} FROM run_batch WHERE run_id = ANY($1::int[]) ORDER BY run_id, number`,
    [runIds],
  );
  return rows.map((row) => Row.parse(row));
}

/** How many batches each of these runs has; one without any is left out. */
export async function countBatches(db: Queryable, runIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const { rows } = await db.query<{ id: number; count: number }>(
    'SELECT run_id AS id, count(*) AS count FROM run_batch WHERE run_id = ANY($1::int[]) GROUP BY 1',
    [runIds],
  );
  return new Map(rows.map((row) => [row.id, row.count]));
}

export type NewBatch = Pick<
  BatchRow,
  | 'runId'
  | 'number'
  | 'name'
  | 'state'
  | 'notes'
  | 'submittedAtMs'
  | 'startedAtMs'
  | 'endedAtMs'
  | 'reported'
  | 'params'
  | 'result'
  | 'timed'
>;

export async function insertBatch(client: Queryable, batch: NewBatch): Promise<void> {
  await client.query(
    `INSERT INTO run_batch (run_id, number, name, state, notes, submitted_at_ms, started_at_ms, ended_at_ms, reported, params,
                            result, timed)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      batch.runId,
      batch.number,
      storableText(batch.name),
      batch.state,
      storableText(batch.notes),
      batch.submittedAtMs,
      batch.startedAtMs,
      batch.endedAtMs,
      storableJson(batch.reported),
      storableJson(batch.params),
      batch.result === null ? null : storableJson(batch.result),
      batch.timed,
    ],
  );
}

export type BatchChange = Partial<Pick<BatchRow, 'state' | 'notes' | 'endedAtMs' | 'reported'>>;

/** Changes what is named. With another end it is measured anew. */
export async function updateBatch(
  client: Queryable,
  runId: number,
  number: number,
  change: BatchChange,
): Promise<void> {
  const values = new SqlValues();
  const sets: string[] = [];
  const set = (column: string, of: unknown): void => void sets.push(`${column} = ${values.add(of)}`);
  if (change.state !== undefined) set('state', change.state);
  if (change.notes !== undefined) set('notes', storableText(change.notes));
  if (change.reported !== undefined) set('reported', storableJson(change.reported));
  if (change.endedAtMs !== undefined) {
    set('ended_at_ms', change.endedAtMs);
    sets.push('measured = NULL', 'measured_at_ms = NULL');
  }
  if (sets.length === 0) return;
  await client.query(
    `UPDATE run_batch SET ${sets.join(', ')} WHERE run_id = ${values.add(runId)} AND number = ${values.add(number)}`,
    values.list,
  );
}

/** What was measured of a batch is measured anew: a neighbour changes where its idle time ends. */
export async function forgetMeasured(client: Queryable, runId: number, number: number): Promise<void> {
  await client.query('UPDATE run_batch SET measured = NULL, measured_at_ms = NULL WHERE run_id = $1 AND number = $2', [
    runId,
    number,
  ]);
}

/** Keeps measurements of batches that are settled, unless the batch was changed meanwhile. */
export async function saveMeasured(
  db: Queryable,
  runId: number,
  batches: readonly { readonly number: number; readonly endedAtMs: number; readonly measured: BatchMeasurement }[],
  nowMs: number,
): Promise<void> {
  if (batches.length === 0) return;
  await db.query(
    `UPDATE run_batch b SET measured = m.measured, measured_at_ms = $5
     FROM unnest($2::int[], $3::bigint[], $4::jsonb[]) AS m(number, ended_at_ms, measured)
     WHERE b.run_id = $1 AND b.number = m.number AND b.ended_at_ms = m.ended_at_ms AND b.measured IS NULL`,
    [
      runId,
      batches.map((batch) => batch.number),
      batches.map((batch) => batch.endedAtMs),
      batches.map((batch) => storableJson(batch.measured)),
      Math.floor(nowMs),
    ],
  );
}

/** Runs with a batch that ended before `beforeMs` and whose measurement is not kept yet, those that end first. */
export async function runsToMeasure(db: Queryable, beforeMs: number, limit: number): Promise<readonly number[]> {
  const { rows } = await db.query<{ id: number }>(
    `SELECT b.run_id AS id FROM run_batch b JOIN run r ON r.id = b.run_id AND r.removed_at_ms IS NULL
     WHERE b.measured IS NULL AND b.timed AND b.ended_at_ms < $1 GROUP BY 1 ORDER BY min(b.ended_at_ms) LIMIT $2`,
    [Math.floor(beforeMs), limit],
  );
  return rows.map((row) => row.id);
}

export type BatchBoundary = {
  readonly runId: number;
  readonly runName: string;
  readonly number: number;
  readonly name: string;
  readonly atMs: number;
  readonly kind: 'batch-start' | 'batch-end';
};

/** Begins and ends of batches on these engines in a range, the newest first. */
export async function loadBoundaries(
  db: Queryable,
  engineIds: readonly number[],
  range: { readonly fromMs: number; readonly toMs: number },
  limit: number,
): Promise<readonly BatchBoundary[]> {
  const { rows } = await db.query<BatchBoundary>(
    `SELECT r.id AS "runId", r.name AS "runName", b.number, b.name, e.at_ms AS "atMs", e.kind
     FROM run_batch b JOIN run r ON r.id = b.run_id AND r.removed_at_ms IS NULL AND r.engine_ids && $1::int[]
     CROSS JOIN LATERAL (VALUES ('batch-start', b.started_at_ms), ('batch-end', b.ended_at_ms)) AS e(kind, at_ms)
     WHERE b.timed
       AND (b.started_at_ms >= $2 AND b.started_at_ms < $3 OR b.ended_at_ms >= $2 AND b.ended_at_ms < $3)
       AND e.at_ms >= $2 AND e.at_ms < $3
     ORDER BY e.at_ms DESC LIMIT $4`,
    [engineIds, Math.floor(range.fromMs), Math.floor(range.toMs), limit],
  );
  return rows;
}
