import type pg from 'pg';
import { CHANNEL_KINDS, SENDS_ACKED } from '#lib/api/channels.ts';
import { enqueueNotifications } from '#lib/db/notifications.ts';
import { inTransaction } from '#lib/db/pool.ts';

const CHUNK = 1000;
/** Transitions write their own deliveries; this long somebody looks whether that was forgotten. */
const LOOK_BACK_MS = 10 * 60_000;

/**
 * Alerts of which a channel may be due to hear without any transition: never told (a new channel), no longer muted, repeat,
 * acknowledged together with many others, reminder, acknowledgement taken back or run out. The plan decides; this only picks whom to ask it about.
 */
const DUE = `
  SELECT a.id FROM alert a
  WHERE a.fired_at_ms IS NOT NULL AND (a.resolved_at_ms IS NULL OR a.resolved_at_ms > $1 - $2::bigint)
    AND a.id > $3
    AND EXISTS (
      SELECT FROM channel c LEFT JOIN alert_channel t ON t.alert_id = a.id AND t.channel_id = c.id
      WHERE c.removed_at_ms IS NULL AND c.enabled AND c.kind <> 'heartbeat' AND (
        (t.told IS NULL AND a.resolved_at_ms IS NULL)
        OR (t.told = 'muted' AND a.resolved_at_ms IS NULL)
        OR (t.told = 'none' AND a.resolved_at_ms IS NULL AND t.told_at_ms < c.changed_at_ms)
        OR (t.told NOT IN ('none', 'muted', 'resolved') AND (
          (a.resolved_at_ms IS NOT NULL AND (c.filter ->> 'sendResolved')::boolean)
          OR (a.resolved_at_ms IS NULL AND a.acked_at_ms IS NOT NULL AND a.ack_until_ms <= $1 AND t.told_at_ms < a.ack_until_ms)
          OR (a.resolved_at_ms IS NULL AND a.acked_at_ms IS NULL AND t.told = 'acked')
          OR (a.resolved_at_ms IS NULL AND a.acked_at_ms IS NOT NULL AND coalesce(a.ack_until_ms, $1 + 1) > $1
              AND (t.told NOT IN ('acked', 'reminder') OR t.told_at_ms < a.acked_at_ms)
              AND c.kind <> 'alertmanager' AND coalesce((c.filter ->> 'sendAcked')::boolean, c.kind = ANY($4)))
          OR (a.resolved_at_ms IS NULL AND a.acked_at_ms + a.remind_every_ms <= $1
              AND (t.told <> 'reminder' OR t.told_at_ms + a.remind_every_ms <= $1))
          OR (a.resolved_at_ms IS NULL AND c.kind <> 'alertmanager' AND NOT a.flapping
              AND (a.acked_at_ms IS NULL OR a.ack_until_ms <= $1)
              AND (c.filter ->> 'repeatIntervalMs')::bigint > 0
              AND t.told_at_ms + (c.filter ->> 'repeatIntervalMs')::bigint <= $1)))))
  ORDER BY a.id LIMIT ${CHUNK} FOR NO KEY UPDATE OF a SKIP LOCKED`;

const TOLD_OF_ACKS = CHANNEL_KINDS.filter((kind) => SENDS_ACKED[kind]);

/** Writes what is due now. Alerts that somebody changes at this moment are left to that change. Answers how many it asked about. */
export async function enqueueDue(pool: pg.Pool, nowMs: number): Promise<number> {
  let asked = 0;
  let after = 0;
  for (;;) {
    const ids = await inTransaction(pool, async (client) => {
      const { rows } = await client.query<{ id: number }>(DUE, [Math.floor(nowMs), LOOK_BACK_MS, after, TOLD_OF_ACKS]);
      const found = rows.map((row) => row.id);
      await enqueueNotifications(client, found, nowMs);
      return found;
    });
    asked += ids.length;
    after = ids.at(-1) ?? 0;
    if (ids.length < CHUNK) return asked;
  }
}
