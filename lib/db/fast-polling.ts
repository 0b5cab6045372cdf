import type { Queryable } from '#lib/db/alerts.ts';
import type { FastReason } from '#lib/target/fast-polling.ts';

export type FastPoll = {
  readonly targetId: number;
  readonly intervalMs: number;
  readonly sinceMs: number;
  readonly reason: FastReason;
};

/** How long a row speaks without being renewed: a collector that was killed leaves it behind. */
const LASTS_MS = 30_000;

/** Makes the rows of these targets (all that one collector polls) tell which of them are polled fast. */
export async function saveFastPolls(
  db: Queryable,
  targetIds: readonly number[],
  fast: readonly FastPoll[],
  nowMs: number,
): Promise<void> {
  const fastIds = fast.map((each) => each.targetId);
  await db.query('DELETE FROM fast_polling WHERE target_id = ANY($1::int[]) AND NOT target_id = ANY($2::int[])', [
    targetIds,
    fastIds,
  ]);
  if (fast.length === 0) return;
  await db.query(
    `INSERT INTO fast_polling (target_id, interval_ms, since_ms, until_ms, reason)
     SELECT n.id, n.interval, n.since, $2, n.reason
     FROM jsonb_to_recordset($1::jsonb) AS n (id int, interval int, since bigint, reason text)
     JOIN target t ON t.id = n.id
     ON CONFLICT (target_id) DO UPDATE SET interval_ms = excluded.interval_ms, since_ms = excluded.since_ms,
       until_ms = excluded.until_ms, reason = excluded.reason`,
    [
      JSON.stringify(
        fast.map(({ targetId, intervalMs, sinceMs, reason }) => ({
          ...{ id: targetId, interval: intervalMs, since: Math.floor(sinceMs), reason },
        })),
      ),
      Math.floor(nowMs + LASTS_MS),
    ],
  );
}

/** Targets that are polled fast now, by id. */
export async function loadFastPolls(db: Queryable, nowMs: number): Promise<ReadonlyMap<number, FastPoll>> {
  const { rows } = await db.query<FastPoll>(
    `SELECT target_id AS "targetId", interval_ms AS "intervalMs", since_ms AS "sinceMs", reason
     FROM fast_polling WHERE until_ms > $1`,
    [Math.floor(nowMs)],
  );
  return new Map(rows.map((row) => [row.targetId, row]));
}
