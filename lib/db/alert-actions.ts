import type { Quiet } from '#lib/alerts/handling.ts';
import { type AlertPick, pickSql } from '#lib/db/alert-filter.ts';
import type { Queryable } from '#lib/db/alerts.ts';
import { SqlValues } from '#lib/db/sql-values.ts';
import { storableText } from '#lib/db/storable.ts';

export type Ack = {
  readonly by: string;
  readonly atMs: number;
  readonly note: string;
  readonly untilMs: number | null;
  readonly remindEveryMs: number | null;
};

const SET_ACK = `acked_at_ms = $1, acked_by = $2, ack_note = $3, ack_until_ms = $4, remind_every_ms = $5,
  owner = coalesce(a.owner, $2), version = a.version + 1`;
const IS_FREE = '(a.acked_at_ms IS NULL OR a.ack_until_ms <= $1)';

function ackValues(ack: Ack): unknown[] {
  const { by, atMs, note, untilMs, remindEveryMs } = ack;
  return [Math.floor(atMs), storableText(by), storableText(note), untilMs, remindEveryMs];
}

/**
 * Acknowledges one open alert. With a version: only that one, which also lets a person who saw an ack replace it.
 * Without: only an alert that nobody has acknowledged. False when it was not so.
 */
export async function ackAlert(db: Queryable, id: number, ack: Ack, version: number | null): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE alert a SET ${SET_ACK}
     WHERE a.id = $6 AND a.resolved_at_ms IS NULL AND CASE WHEN $7::int IS NULL THEN ${IS_FREE} ELSE a.version = $7 END`,
    [...ackValues(ack), id, version],
  );
  return rowCount === 1;
}

/** Takes the ack of an open alert back. False when there is none, or the version is another. */
export async function unackAlert(db: Queryable, id: number, version: number | null): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE alert SET acked_at_ms = NULL, acked_by = NULL, ack_note = NULL, ack_until_ms = NULL,
       remind_every_ms = NULL, version = version + 1
     WHERE id = $1 AND resolved_at_ms IS NULL AND acked_at_ms IS NOT NULL AND version = coalesce($2, version)`,
    [id, version],
  );
  return rowCount === 1;
}

/** Gives an alert to somebody, or to nobody; also a resolved one, for what is to be done about it. */
export async function assignAlert(
  db: Queryable,
  id: number,
  owner: string | null,
  version: number | null,
): Promise<boolean> {
  const { rowCount } = await db.query(
    'UPDATE alert SET owner = $2, version = version + 1 WHERE id = $1 AND version = coalesce($3, version)',
    [id, owner === null ? null : storableText(owner), version],
  );
  return rowCount === 1;
}

/** Which alerts a bulk action is about. */
export type BulkTarget =
  | { readonly ids: readonly number[] }
  | { readonly pick: AlertPick; readonly quiet: Quiet; readonly nowMs: number };

/** Acknowledges every open, unacknowledged alert of the target, with a timeline entry each, in one statement. */
export async function ackMany(
  db: Queryable,
  target: BulkTarget,
  ack: Ack,
): Promise<{ readonly acked: number; readonly skipped: number }> {
  const values = new SqlValues();
  for (const value of ackValues(ack)) values.add(value);
  const where =
    'ids' in target
      ? `a.id = ANY(${values.add(target.ids)}::bigint[])`
      : pickSql(target.pick, target.quiet, target.nowMs, values);
  // Locked in order of id, so that two of these never wait for each other.
  const { rows } = await db.query<{ acked: number; found: number }>(
    `WITH hit AS MATERIALIZED (SELECT a.id FROM alert a WHERE ${where} ORDER BY a.id FOR UPDATE),
     acked AS (
       UPDATE alert a SET ${SET_ACK} FROM hit WHERE a.id = hit.id AND a.resolved_at_ms IS NULL AND ${IS_FREE} RETURNING a.id
     ), told AS (
       INSERT INTO alert_event (alert_id, at_ms, kind, actor, text) SELECT id, $1, 'acked', $2, $3 FROM acked
     )
     SELECT (SELECT count(*) FROM acked) AS acked, (SELECT count(*) FROM hit) AS found`,
    values.list,
  );
  const { acked = 0, found = 0 } = rows[0] ?? {};
  const asked = 'ids' in target ? new Set(target.ids).size : found;
  return { acked, skipped: asked - acked };
}
