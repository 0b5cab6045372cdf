import { z } from 'zod';
import type { Queryable } from '#lib/db/alerts.ts';
import { storableJson } from '#lib/db/storable.ts';
import { type Activity, type ActivityState, NO_ACTIVITY } from '#lib/runs/detect-batches.ts';

const value = z.number().nullable();
const State = z.object({
  untilMs: value,
  busy: z
    .object({
      startMs: z.number(),
      endMs: value,
      finished: z.number(),
      polls: z.number(),
      idlePolls: z.number(),
      gapPolls: z.number(),
      inFlightSum: z.number(),
      runningPolls: z.number(),
      runningSum: z.number(),
      runningSquares: z.number(),
      lastInFlight: z.number(),
      lastRunning: z.number(),
      inFlightAtLastArrival: z.number(),
    })
    .nullable(),
  alike: z.array(z.object({ startMs: z.number(), endMs: z.number(), finished: z.number() })),
});

const Row = z.object({
  engineId: z.int(),
  name: z.string(),
  state: State.nullable(),
  firstBatchMs: value,
  runId: z.int().nullable(),
  storedBatches: z.int().nullable(),
});

/** What was remembered of an engine when its activity was last looked at. */
export type RememberedActivity = {
  readonly engineId: number;
  readonly name: string;
  readonly state: ActivityState;
  /** Begin of the row of batches that is followed, the run it became, and how many of it are stored; null: no run yet. */
  readonly firstBatchMs: number | null;
  readonly runId: number | null;
  readonly storedBatches: number;
};

/** Every engine of a target that is not removed, and others whose run is still open. */
export async function loadRemembered(db: Queryable): Promise<readonly RememberedActivity[]> {
  const { rows } = await db.query(
    `SELECT u.id AS "engineId", u.name, a.state, a.first_batch_ms AS "firstBatchMs", a.run_id AS "runId",
            a.stored_batches AS "storedBatches"
     FROM subject u JOIN target t ON t.id = u.target_id LEFT JOIN engine_activity a ON a.subject_id = u.id
     WHERE u.kind = 'engine' AND (t.removed_at IS NULL OR a.run_id IS NOT NULL)`,
  );
  return rows.map((row) => {
    const { state, storedBatches, ...rest } = Row.parse(row);
    return { ...rest, state: state ?? NO_ACTIVITY, storedBatches: storedBatches ?? 0 };
  });
}

/** Polls of engines after the time given for each, up to `toMs`; by engine, oldest first. */
export async function loadActivity(
  db: Queryable,
  engines: readonly { readonly engineId: number; readonly afterMs: number }[],
  toMs: number,
): Promise<ReadonlyMap<number, readonly Activity[]>> {
  const { rows } = await db.query<Activity & { engineId: number }>(
    `SELECT e.subject_id AS "engineId", e.at_ms AS "atMs", e.running_requests AS running,
            e.running_requests + e.waiting_requests AS "inFlight", e.finished, e.arrivals
     FROM unnest($1::int[], $2::bigint[]) AS x(id, after_ms)
     JOIN engine_sample e ON e.subject_id = x.id AND e.at_ms > x.after_ms
     WHERE e.at_ms > $3 AND e.at_ms <= $4 ORDER BY 1, 2`,
    [
      engines.map((engine) => engine.engineId),
      engines.map((engine) => Math.floor(engine.afterMs)),
      Math.floor(Math.min(...engines.map((engine) => engine.afterMs))),
      Math.floor(toMs),
    ],
  );
  return Map.groupBy(rows, (row) => row.engineId);
}

export async function saveRemembered(db: Queryable, activities: readonly RememberedActivity[]): Promise<void> {
  if (activities.length === 0) return;
  await db.query(
    `INSERT INTO engine_activity (subject_id, state, first_batch_ms, run_id, stored_batches)
     SELECT * FROM json_to_recordset($1::json) AS x ("engineId" int, state jsonb, "firstBatchMs" bigint, "runId" int, "storedBatches" int)
     ON CONFLICT (subject_id) DO UPDATE SET state = excluded.state, first_batch_ms = excluded.first_batch_ms,
       run_id = excluded.run_id, stored_batches = excluded.stored_batches`,
    [storableJson(activities.map(({ name: _name, ...activity }) => activity))],
  );
}

/** Whether somebody told of a run on this engine at that time: what is told is better than what is found. */
export async function isToldOf(db: Queryable, engineId: number, fromMs: number, toMs: number): Promise<boolean> {
  const { rows } = await db.query(
    `SELECT 1 FROM run WHERE origin <> 'detected' AND removed_at_ms IS NULL AND $1 = ANY(engine_ids)
       AND started_at_ms <= $3 AND (finished_at_ms IS NULL OR finished_at_ms >= $2) LIMIT 1`,
    [engineId, Math.floor(fromMs), Math.floor(toMs)],
  );
  return rows.length > 0;
}
