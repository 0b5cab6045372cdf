import type pg from 'pg';
import { z } from 'zod';
import { DELIVERY_KINDS, type DeliveryKind, Notification } from '#lib/api/notification.ts';
import { type AlertRow, type Queryable, selectAlerts } from '#lib/db/alerts.ts';
import { installationId } from '#lib/db/installation-id.ts';
import { loadLeakTexts } from '#lib/db/memory-verdicts.ts';
import { plannedAlert } from '#lib/db/notifications.ts';
import { sendHint } from '#lib/db/notify.ts';
import { inTransaction } from '#lib/db/pool.ts';
import { loadQuiet } from '#lib/db/quiet.ts';
import { storableJson, storableText } from '#lib/db/storable.ts';
import { alertNotification, type MessageAlert } from '#lib/notify/message.ts';

export type ClaimedDelivery = {
  readonly id: string;
  readonly channelId: number;
  readonly groupKey: string;
  readonly createdAtMs: number;
  /** With the one that begins now. */
  readonly tries: number;
  readonly notification: Notification;
};

const DeliveryRow = z.object({
  id: z.string(),
  channelId: z.int(),
  kind: z.string(),
  groupKey: z.string(),
  state: z.string(),
  tries: z.int(),
  createdAtMs: z.number(),
  message: Notification.nullable(),
  isChannelThere: z.boolean(),
});
type DeliveryRow = z.infer<typeof DeliveryRow>;

/**
 * Begins a try: counts it and answers what is to be sent. null when there is nothing to send any more: sent or cancelled
 * meanwhile, the channel is gone, or all its alerts have ended or gone quiet, which cancels it.
 */
export async function claimDelivery(
  pool: pg.Pool,
  id: string,
  baseUrl: string,
  nowMs: number,
): Promise<ClaimedDelivery | null> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query(
      `SELECT d.id, d.channel_id AS "channelId", d.kind, d.group_key AS "groupKey", d.state, d.tries,
         d.created_at_ms AS "createdAtMs", d.message, (c.removed_at_ms IS NULL AND c.enabled) AS "isChannelThere"
       FROM delivery d JOIN channel c ON c.id = d.channel_id WHERE d.id = $1 FOR UPDATE OF d`,
      [id],
    );
    if (rows[0] === undefined) return null;
    const delivery = DeliveryRow.parse(rows[0]);
    if (delivery.state !== 'waiting' && delivery.state !== 'retrying') return null;
    if (!delivery.isChannelThere) return cancel(client, delivery, 'the channel was removed or switched off');
    const notification = isAboutAlerts(delivery.kind)
      ? await notificationNow(client, delivery, delivery.kind, baseUrl, nowMs)
      : delivery.message;
    if (notification === null) return null;
    await client.query('UPDATE delivery SET tries = tries + 1, message = $2 WHERE id = $1', [
      id,
      storableJson(notification),
    ]);
    const { channelId, groupKey, createdAtMs, tries } = delivery;
    return { id, channelId, groupKey, createdAtMs, tries: tries + 1, notification };
  });
}

function isAboutAlerts(kind: string): kind is DeliveryKind {
  return DELIVERY_KINDS.some((known) => known === kind);
}

/** The message as it was tried first, unless fewer alerts are left to tell of. */
async function notificationNow(
  client: Queryable,
  delivery: DeliveryRow,
  kind: DeliveryKind,
  baseUrl: string,
  nowMs: number,
): Promise<Notification | null> {
  const alerts = await selectAlerts(client, 'a.id IN (SELECT alert_id FROM delivery_alert WHERE delivery_id = $1)', [
    delivery.id,
  ]);
  const { left, reason } =
    kind === 'resolved' ? { left: alerts, reason: '' } : await stillToTell(client, delivery, alerts, kind, nowMs);
  if (left.length === 0) {
    await cancel(client, delivery, reason);
    if (delivery.tries === 0) await forget(client, delivery, alerts, reason);
    return null;
  }
  const before = delivery.message;
  if (before !== null && before.alerts.length === left.length) return before;
  const { id, groupKey } = delivery;
  const frame = { id, groupKey, baseUrl, nowMs, installation: await installationId(client) };
  return alertNotification(kind, await withLeaks(client, left), frame);
}

/** With the leak verdicts that were kept when they fired. */
async function withLeaks(client: Queryable, alerts: readonly AlertRow[]): Promise<readonly MessageAlert[]> {
  const leaks = await loadLeakTexts(
    client,
    alerts.map(({ id }) => id),
  );
  return alerts.map((alert) => ({ ...alert, leak: leaks.get(alert.id) }));
}

async function stillToTell(
  client: Queryable,
  delivery: DeliveryRow,
  alerts: readonly AlertRow[],
  kind: DeliveryKind,
  nowMs: number,
): Promise<{ readonly left: readonly AlertRow[]; readonly reason: string }> {
  const quiet = await loadQuiet(client, nowMs);
  const heard = kind === 'acked' ? await alertsHeard(client, delivery) : null;
  const states = alerts.map((alert) => ({ alert, planned: plannedAlert(alert, quiet, nowMs) }));
  const left = states.filter(({ alert, planned }) => {
    const isOpen =
      (planned.handling.state === 'open' && kind !== 'acked') ||
      (isAboutAcked(kind) && planned.handling.state === 'acked');
    return planned.state !== 'resolved' && isOpen && (heard === null || heard.has(alert.id));
  });
  const isOver = states.every(({ planned }) => planned.state === 'resolved');
  const otherwise = isAboutAcked(kind) ? 'no longer acknowledged' : 'acknowledged, muted or inhibited';
  const isUnheard = heard !== null && states.some(({ alert }) => !heard.has(alert.id));
  if (isUnheard && !isOver) return { left: left.map(({ alert }) => alert), reason: 'acknowledged before it was told' };
  const reason = `${isOver ? 'it ended' : otherwise} before it was sent`;
  return { left: left.map(({ alert }) => alert), reason };
}

/** Of the alerts of a delivery those of which its channel may have heard before: earlier ones of its group have had their try. */
async function alertsHeard(client: Queryable, { id, channelId }: DeliveryRow): Promise<ReadonlySet<number>> {
  const { rows } = await client.query<{ alert_id: number }>(
    `SELECT DISTINCT da.alert_id FROM delivery_alert da JOIN delivery d ON d.id = da.delivery_id
     WHERE da.alert_id IN (SELECT alert_id FROM delivery_alert WHERE delivery_id = $1)
       AND d.channel_id = $2 AND d.id <> $1 AND d.tries > 0`,
    [id, channelId],
  );
  return new Set(rows.map((row) => row.alert_id));
}

const isAboutAcked = (kind: DeliveryKind): boolean => kind === 'acked' || kind === 'reminder';

async function cancel(client: Queryable, delivery: DeliveryRow, reason: string): Promise<null> {
  await client.query("UPDATE delivery SET state = 'cancelled', next_try_ms = NULL, last_answer = $2 WHERE id = $1", [
    delivery.id,
    reason,
  ]);
  await sendHint(client, 'alerts');
  return null;
}

/** The channel has not heard of these after all: when they are no longer quiet they are told as new. */
async function forget(
  client: Queryable,
  delivery: DeliveryRow,
  alerts: readonly AlertRow[],
  reason: string,
): Promise<void> {
  await client.query(
    `UPDATE alert_channel t SET told = 'muted', reason = $3 WHERE t.channel_id = $2 AND t.alert_id = ANY($1::bigint[])
       AND NOT EXISTS (SELECT FROM delivery_alert da JOIN delivery d ON d.id = da.delivery_id
         WHERE da.alert_id = t.alert_id AND d.channel_id = t.channel_id AND d.tries > 0)`,
    [alerts.map((alert) => alert.id), delivery.channelId, storableText(reason)],
  );
}
