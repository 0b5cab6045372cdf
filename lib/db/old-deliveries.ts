import type pg from 'pg';

const DAY_MS = 86_400_000;
/** What was sent word for word, and what the receiver said to it: as long as somebody looks into an incident. */
const WORDS_KEPT_MS = 30 * DAY_MS;
/** Heartbeats of channels that are gone, and messages that turned out to be about nothing. */
const LOOSE_KEPT_MS = 7 * DAY_MS;
/** Rows of one statement: none holds its locks for long. */
const CHUNK = 2000;

const ENDED = "('sent', 'dead', 'cancelled')";

/**
 * A delivery of an alert is part of its history, which is kept for ever: when it was made, tried and sent, and the status
 * of the answer. Of what ended 30 days ago the message goes, and the answer unless it says why the message was not sent.
 */
const EMPTY = `UPDATE delivery SET message = NULL, last_answer = CASE WHEN state = 'sent' THEN NULL ELSE last_answer END
  WHERE id IN (SELECT id FROM delivery WHERE message IS NOT NULL AND created_at_ms < $1 AND state IN ${ENDED}
    ORDER BY created_at_ms LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED)`;

/** What belongs to no alert: standing rows that nobody writes any more, and what was cancelled because all its alerts had ended. */
const DROP = `DELETE FROM delivery WHERE id IN (SELECT d.id FROM delivery d WHERE d.created_at_ms < $1 AND d.state IN ${ENDED}
  AND NOT EXISTS (SELECT FROM delivery_alert da WHERE da.delivery_id = d.id) LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED)`;

/** The queue forgets what it has done; what it gave up after all its attempts would wait in the outbox for ever. */
const GIVE_UP = `WITH lost AS (SELECT id, key, last_error FROM graphile_worker.jobs
    WHERE attempts >= max_attempts AND locked_at IS NULL),
  dead AS (UPDATE delivery d SET state = 'dead', next_try_ms = NULL, last_answer = left(lost.last_error, 2048)
    FROM lost WHERE d.id = lost.key AND d.state IN ('waiting', 'retrying'))
  SELECT count(done) AS n FROM graphile_worker.complete_jobs(ARRAY(SELECT id FROM lost)) done`;

export type OldDeliveries = { readonly emptied: number; readonly dropped: number; readonly givenUp: number };

/** Lets go of what nobody needs of old deliveries. Safe to run at any time and from several processes. */
export async function dropOldDeliveries(pool: pg.Pool, nowMs: number): Promise<OldDeliveries> {
  const emptied = await inChunks(pool, EMPTY, nowMs - WORDS_KEPT_MS);
  const dropped = await inChunks(pool, DROP, nowMs - LOOSE_KEPT_MS);
  const { rows } = await pool.query<{ n: number }>(GIVE_UP);
  return { emptied, dropped, givenUp: rows[0]?.n ?? 0 };
}

async function inChunks(pool: pg.Pool, sql: string, beforeMs: number): Promise<number> {
  let total = 0;
  for (;;) {
    const { rowCount } = await pool.query(sql, [Math.floor(beforeMs)]);
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < CHUNK) return total;
  }
}
