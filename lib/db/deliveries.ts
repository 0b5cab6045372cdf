import type pg from 'pg';
import { z } from 'zod';
import { DeliveryView } from '#lib/api/alerts.ts';
import type { Queryable } from '#lib/db/alerts.ts';
import { queueDeliveries } from '#lib/db/delivery-queue.ts';
import { storableText } from '#lib/db/storable.ts';
import type { DeliveryResult } from '#lib/notify/verdict.ts';

/** Deliveries that are one row rewritten at every beat or test; they belong to no alert. */
export const STANDING = "('heartbeat', 'resend', 'test')";

const COLUMNS = `d.id, json_build_object('id', c.id, 'name', c.name, 'kind', c.kind) AS channel, d.kind, d.state, d.tries,
  d.created_at_ms AS "createdAtMs", d.next_try_ms AS "nextTryMs", d.sent_at_ms AS "sentAtMs",
  d.last_status AS "lastStatus", d.last_answer AS "lastAnswer"`;

/** What was sent of an alert, newest first. */
export async function loadAlertDeliveries(db: Queryable, alertId: number): Promise<readonly DeliveryView[]> {
  const { rows } = await db.query(
    `SELECT ${COLUMNS} FROM delivery_alert da JOIN delivery d ON d.id = da.delivery_id JOIN channel c ON c.id = d.channel_id
     WHERE da.alert_id = $1 ORDER BY d.created_at_ms DESC, d.id`,
    [alertId],
  );
  return rows.map((row) => DeliveryView.parse(row));
}

/** A page of a channel's deliveries, newest first, older than the cursor. */
export async function loadChannelDeliveries(
  db: Queryable,
  channelId: number,
  before: { readonly createdAtMs: number; readonly id: string } | null,
  limit: number,
): Promise<readonly DeliveryView[]> {
  const { rows } = await db.query(
    `SELECT ${COLUMNS} FROM delivery d JOIN channel c ON c.id = d.channel_id
     WHERE d.channel_id = $1 AND ($2::bigint IS NULL OR (d.created_at_ms, d.id) < ($2::bigint, $3::text))
     ORDER BY d.created_at_ms DESC, d.id DESC LIMIT $4`,
    [channelId, before?.createdAtMs ?? null, before?.id ?? '', limit],
  );
  return rows.map((row) => DeliveryView.parse(row));
}

export async function findDelivery(db: Queryable, id: string): Promise<DeliveryView | null> {
  const { rows } = await db.query(
    `SELECT ${COLUMNS} FROM delivery d JOIN channel c ON c.id = d.channel_id WHERE d.id = $1`,
    [id],
  );
  return rows[0] === undefined ? null : DeliveryView.parse(rows[0]);
}

/** Puts a dead letter back into the queue under its old id; false when it is none. */
export async function retryDead(client: Queryable, id: string, nowMs: number): Promise<boolean> {
  const { rows } = await client.query<{ channel_id: number; group_key: string }>(
    `UPDATE delivery SET state = 'retrying', next_try_ms = $2 WHERE id = $1 AND state = 'dead'
     RETURNING channel_id, group_key`,
    [id, Math.floor(nowMs)],
  );
  const [row] = rows;
  if (row === undefined) return false;
  await queueDeliveries(client, [{ id, channelId: row.channel_id, groupKey: row.group_key, delayMs: 0 }]);
  return true;
}

/** Overwrites the one row that tells how a channel's heartbeat, minute-by-minute resend or test goes. */
export async function recordStanding(
  pool: pg.Pool,
  channelId: number,
  kind: 'heartbeat' | 'resend' | 'test',
  result: DeliveryResult,
  nowMs: number,
): Promise<void> {
  const isOk = result.outcome === 'ok';
  const id = `${kind}-${channelId}`;
  await pool.query(
    `INSERT INTO delivery (id, channel_id, kind, group_key, state, tries, created_at_ms, sent_at_ms, last_status, last_answer)
     VALUES ($1, $2, $3, $3, $4, 1, $5, $6, $7, $8)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, created_at_ms = excluded.created_at_ms,
       tries = CASE WHEN excluded.state = 'sent' THEN 1 ELSE delivery.tries + 1 END,
       sent_at_ms = coalesce(excluded.sent_at_ms, delivery.sent_at_ms), last_status = excluded.last_status,
       last_answer = excluded.last_answer`,
    [
      id,
      channelId,
      kind,
      isOk ? 'sent' : 'dead',
      Math.floor(nowMs),
      isOk ? Math.floor(nowMs) : null,
      result.status,
      storableText(result.answer),
    ],
  );
}

const ChannelState = z.object({
  channelId: z.int(),
  ok: z.boolean().nullable(),
  waiting: z.int(),
  dead: z.int(),
  lastSentMs: z.number().nullable(),
  lastError: z.string().nullable(),
});
export type ChannelState = z.infer<typeof ChannelState>;

/**
 * How each channel does. It fails when a message that is newer than the last one taken was refused or is being tried again;
 * `dead` counts the lost messages of a week.
 */
export async function loadChannelStates(db: Queryable, nowMs: number): Promise<ReadonlyMap<number, ChannelState>> {
  const { rows } = await db.query(
    `SELECT c.id AS "channelId", coalesce(s.waiting, 0)::int AS waiting, coalesce(s.dead, 0)::int AS dead,
       s.last_sent_ms AS "lastSentMs",
       CASE WHEN e.created_at_ms IS NULL AND s.last_sent_ms IS NULL THEN NULL ELSE e.created_at_ms IS NULL END AS ok,
       e.words AS "lastError"
     FROM channel c
     LEFT JOIN LATERAL (
       SELECT count(*) FILTER (WHERE d.state IN ('waiting', 'retrying')) AS waiting,
         count(*) FILTER (WHERE d.state = 'dead' AND d.kind NOT IN ${STANDING} AND d.created_at_ms > $1) AS dead,
         (SELECT max(x.sent_at_ms) FROM delivery x WHERE x.channel_id = c.id) AS last_sent_ms,
         (SELECT max(x.created_at_ms) FROM delivery x WHERE x.channel_id = c.id AND x.state = 'sent') AS last_sent_created_ms
       FROM delivery d WHERE d.channel_id = c.id AND d.state IN ('dead', 'retrying', 'waiting')) s ON true
     LEFT JOIN LATERAL (
       SELECT d.created_at_ms, coalesce('HTTP ' || d.last_status || ': ', '') || coalesce(d.last_answer, '') AS words
       FROM delivery d WHERE d.channel_id = c.id AND d.state IN ('dead', 'retrying', 'waiting') AND d.tries > 0
         AND (d.state = 'dead' OR (d.state = 'retrying' AND d.last_answer IS NOT NULL))
         AND d.created_at_ms > coalesce(s.last_sent_created_ms, -1)
       ORDER BY d.created_at_ms DESC LIMIT 1) e ON true
     WHERE c.removed_at_ms IS NULL`,
    [Math.floor(nowMs) - 7 * 86_400_000],
  );
  return new Map(rows.map((row) => [Number(row.channelId), ChannelState.parse(row)]));
}

const Outbox = z.object({ depth: z.int(), oldestMs: z.number().nullable(), failing: z.array(z.string()) });
export type Outbox = z.infer<typeof Outbox> & { readonly dead: number };

/** How much waits to be sent, since when, and which channels lose messages. */
export async function loadOutbox(db: Queryable, nowMs: number): Promise<Outbox> {
  const { rows } = await db.query(
    `SELECT count(*)::int AS depth, min(d.created_at_ms) AS "oldestMs" FROM delivery d
     WHERE d.state IN ('waiting', 'retrying')`,
  );
  const states = await loadChannelStates(db, nowMs);
  const { rows: names } = await db.query<{ id: number; name: string }>(
    'SELECT id, name FROM channel WHERE removed_at_ms IS NULL AND enabled ORDER BY name',
  );
  const failing = names.filter(({ id }) => states.get(id)?.ok === false).map(({ name }) => name);
  const dead = [...states.values()].reduce((sum, state) => sum + state.dead, 0);
  return { ...Outbox.parse({ ...rows[0], failing }), dead };
}
