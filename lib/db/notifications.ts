import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { alertState } from '#lib/alerts/alert.ts';
import { handlingOf, type Quiet } from '#lib/alerts/handling.ts';
import { DELIVERY_KINDS, type DeliveryKind } from '#lib/api/notification.ts';
import { type AlertRow, loadAlertRows, type Queryable } from '#lib/db/alerts.ts';
import { type ChannelForPlan, loadChannelsForPlan } from '#lib/db/channels.ts';
import { queueDeliveries } from '#lib/db/delivery-queue.ts';
import { loadQuiet } from '#lib/db/quiet.ts';
import { storableText } from '#lib/db/storable.ts';
import { type NotificationPlan, type PlannedAlert, planNotification, type Told } from '#lib/notify/plan.ts';

/** So long a message waits for others of its group, unless its first try has begun. */
export const GROUP_WAIT_MS = 300;
/** A PagerDuty delivery is one request per alert, and a delivery must end within a minute. */
const MAX_ALERTS_PER_DELIVERY = 50;

/** What `alert_channel.told` may say; `none` and `muted` have told nothing yet. */
export const TOLD = [...DELIVERY_KINDS, 'none', 'muted'] as const;
type ToldState = (typeof TOLD)[number];

type Decision = {
  readonly alert: AlertRow;
  readonly channel: ChannelForPlan;
  readonly send: DeliveryKind | null;
  readonly reason: string;
  /** What the memory of this channel says from now on; null leaves it. */
  readonly told: ToldState | null;
};

/**
 * Decides for every channel what it is to hear of these alerts and writes the deliveries, all in the caller's transaction:
 * call it after the alerts were changed there. Idempotent: what was told is remembered, so asking again sends nothing twice.
 */
export async function enqueueNotifications(
  client: Queryable,
  alertIds: readonly number[],
  nowMs: number,
): Promise<void> {
  if (alertIds.length === 0) return;
  // Two at once must not both decide on the same memory: a repeat sent beside a resolved would leave an incident open.
  await client.query('SELECT id FROM alert WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE', [alertIds]);
  const channels = (await loadChannelsForPlan(client)).filter((channel) => channel.kind !== 'heartbeat');
  if (channels.length === 0) return;
  const alerts = await loadAlertRows(client, alertIds);
  const memory = await loadTold(client, alertIds);
  const attempted = await takeBackEnded(client, alerts);
  const quiet = await loadQuiet(client, nowMs);
  const decisions = alerts.flatMap((alert) =>
    channels.map((channel) => decide(alert, channel, memory, attempted, quiet, nowMs)),
  );
  await writeDeliveries(client, decisions, nowMs);
  await remember(client, decisions, memory, nowMs);
}

type Memory = ReadonlyMap<string, { readonly told: ToldState; readonly atMs: number; readonly reason: string }>;
const keyOf = (alertId: number, channelId: number): string => `${alertId} ${channelId}`;

const ToldRow = z.object({
  alertId: z.int(),
  channelId: z.int(),
  told: z.enum(TOLD),
  atMs: z.number(),
  reason: z.string(),
});

async function loadTold(client: Queryable, alertIds: readonly number[]): Promise<Memory> {
  const { rows } = await client.query(
    `SELECT alert_id AS "alertId", channel_id AS "channelId", told, told_at_ms AS "atMs", reason
     FROM alert_channel WHERE alert_id = ANY($1::bigint[])`,
    [alertIds],
  );
  return new Map(
    rows.map((row) => {
      const { alertId, channelId, ...told } = ToldRow.parse(row);
      return [keyOf(alertId, channelId), told];
    }),
  );
}

/**
 * Takes alerts that have ended out of messages that nobody has tried to send yet, and cancels messages that are thereby
 * about nothing. Answers which alert a channel may have heard of: a try that failed may still have arrived.
 */
async function takeBackEnded(client: Queryable, alerts: readonly AlertRow[]): Promise<ReadonlySet<string>> {
  const ended = alerts.filter((alert) => alert.resolvedAtMs !== null && alert.firedAtMs !== null);
  if (ended.length === 0) return new Set();
  const ids = ended.map((alert) => alert.id);
  const { rows: locked } = await client.query<{ id: string; tries: number }>(
    `SELECT d.id, d.tries FROM delivery d WHERE d.state IN ('waiting', 'retrying') AND d.kind <> 'resolved'
       AND d.id IN (SELECT delivery_id FROM delivery_alert WHERE alert_id = ANY($1::bigint[])) ORDER BY d.id FOR UPDATE`,
    [ids],
  );
  const untried = locked.filter((row) => row.tries === 0).map((row) => row.id);
  const { rows: heard } = await client.query<{ alert_id: number; channel_id: number }>(
    `SELECT DISTINCT da.alert_id, d.channel_id FROM delivery_alert da JOIN delivery d ON d.id = da.delivery_id
     WHERE da.alert_id = ANY($1::bigint[]) AND d.tries > 0`,
    [ids],
  );
  await client.query('DELETE FROM delivery_alert WHERE alert_id = ANY($1::bigint[]) AND delivery_id = ANY($2)', [
    ids,
    untried,
  ]);
  await client.query(
    `UPDATE delivery d SET state = 'cancelled', next_try_ms = NULL, last_answer = 'it ended before it was sent'
     WHERE d.id = ANY($1) AND NOT EXISTS (SELECT FROM delivery_alert da JOIN alert a ON a.id = da.alert_id
       WHERE da.delivery_id = d.id AND a.resolved_at_ms IS NULL)`,
    [locked.map((row) => row.id)],
  );
  return new Set(heard.map((row) => keyOf(row.alert_id, row.channel_id)));
}

function decide(
  alert: AlertRow,
  channel: ChannelForPlan,
  memory: Memory,
  attempted: ReadonlySet<string>,
  quiet: Quiet,
  nowMs: number,
): Decision {
  const key = keyOf(alert.id, channel.id);
  const known = memory.get(key);
  const isUnheard = alert.resolvedAtMs !== null && !attempted.has(key);
  const told = known === undefined || isUnheard ? null : toldOf(known);
  // A channel that loses messages must not be sent that it does: it would lose that one too, and so on.
  const plan: NotificationPlan =
    alert.channelId === channel.id
      ? { send: null, reason: 'it is about this very channel' }
      : planNotification(plannedAlert(alert, quiet, nowMs), filterFor(channel), told, nowMs);
  if (plan.send !== null) return { alert, channel, ...plan, told: plan.send };
  const nothingToldYet = told === null || told.kind === 'muted';
  if (!nothingToldYet || alert.firedAtMs === null) return { alert, channel, ...plan, told: null };
  const isQuiet = alert.resolvedAtMs === null && plan.reason !== '' && isMuted(alert, quiet, nowMs);
  return { alert, channel, ...plan, told: isQuiet ? 'muted' : 'none' };
}

const isMuted = (alert: AlertRow, quiet: Quiet, nowMs: number): boolean =>
  handlingOf(handled(alert), quiet, nowMs).state !== 'open';

function toldOf({ told, atMs }: { readonly told: ToldState; readonly atMs: number }): Told {
  return told === 'none' ? null : { kind: told, atMs };
}

/** Alertmanager is told every minute anyway, repeats by its own rules, and knows no acknowledgement. */
function filterFor({ kind, filter, enabled }: ChannelForPlan) {
  return kind === 'alertmanager'
    ? { ...filter, repeatIntervalMs: 0, sendAcked: false, enabled }
    : { ...filter, enabled };
}

function handled(alert: AlertRow) {
  const { labels, ackedAtMs, ackedBy, ackNote, ackUntilMs, inhibitedBy, inhibitedByTitle } = alert;
  return {
    labels,
    ackedAtMs,
    ackedBy,
    ackNote,
    ackUntilMs,
    inhibitedBy: inhibitedBy === null ? null : { id: inhibitedBy, title: inhibitedByTitle ?? '' },
  };
}

/** A stored alert as planning sees it. */
export function plannedAlert(alert: AlertRow, quiet: Quiet, nowMs: number): PlannedAlert {
  const { severity, labels, firedAtMs, endReason, flapping, ackedAtMs, ackUntilMs, remindEveryMs } = alert;
  const handling = handlingOf(handled(alert), quiet, nowMs);
  const state = alertState(alert);
  return { severity, labels, state, firedAtMs, endReason, flapping, handling, ackedAtMs, ackUntilMs, remindEveryMs };
}

/** Alerts of one rule on one host (or target, or channel) are one message. */
export function groupKeyOf(alert: Pick<AlertRow, 'ruleId' | 'labels' | 'targetId' | 'channelId'>): string {
  const host = alert.labels.host ?? '';
  const place = alert.targetId === null ? `channel ${alert.channelId}` : `target ${alert.targetId}`;
  return storableText(`${alert.ruleId} ${host === '' ? place : `host ${host}`}`);
}

async function writeDeliveries(client: Queryable, decisions: readonly Decision[], nowMs: number): Promise<void> {
  const groups = Map.groupBy(
    decisions.filter((decision) => decision.send !== null),
    ({ channel, send, alert }) => `${channel.id} ${send} ${groupKeyOf(alert)}`,
  );
  if (groups.size === 0) return;
  const keys = [...groups.values()].flatMap(([first]) => (first === undefined ? [] : [groupKeyOf(first.alert)]));
  const waiting = await loadJoinable(client, keys, nowMs);
  const made: { id: string; channelId: number; kind: string; groupKey: string }[] = [];
  const parts: { alertId: number; deliveryId: string }[] = [];
  for (const [key, group] of groups) {
    let place = waiting.get(key) ?? { id: '', free: 0 };
    for (const { alert, channel, send } of group) {
      if (place.free === 0) {
        place = { id: randomUUID(), free: MAX_ALERTS_PER_DELIVERY };
        made.push({ id: place.id, channelId: channel.id, kind: send ?? '', groupKey: groupKeyOf(alert) });
      }
      parts.push({ alertId: alert.id, deliveryId: place.id });
      place = { id: place.id, free: place.free - 1 };
    }
  }
  await insertDeliveries(client, made, nowMs);
  await client.query(
    `INSERT INTO delivery_alert (alert_id, delivery_id) SELECT * FROM unnest($1::bigint[], $2::text[])
     ON CONFLICT DO NOTHING`,
    [parts.map((part) => part.alertId), parts.map((part) => part.deliveryId)],
  );
}

/** Deliveries whose first try has not begun. Locked, so that none begins before what joins it is committed. */
async function loadJoinable(
  client: Queryable,
  groupKeys: readonly string[],
  nowMs: number,
): Promise<Map<string, { id: string; free: number }>> {
  const { rows } = await client.query<{ id: string; channel_id: number; kind: string; group_key: string }>(
    `SELECT id, channel_id, kind, group_key FROM delivery
     WHERE state = 'waiting' AND tries = 0 AND created_at_ms > $1 AND group_key = ANY($2)
     ORDER BY id FOR UPDATE SKIP LOCKED`,
    [Math.floor(nowMs) - 10 * GROUP_WAIT_MS, groupKeys],
  );
  const sizes = await client.query<{ id: string; n: number }>(
    'SELECT delivery_id AS id, count(*)::int AS n FROM delivery_alert WHERE delivery_id = ANY($1) GROUP BY 1',
    [rows.map((row) => row.id)],
  );
  const taken = new Map(sizes.rows.map((row) => [row.id, row.n]));
  return new Map(
    rows.map((row) => [
      `${row.channel_id} ${row.kind} ${row.group_key}`,
      { id: row.id, free: Math.max(0, MAX_ALERTS_PER_DELIVERY - (taken.get(row.id) ?? 0)) },
    ]),
  );
}

/** New deliveries with their jobs, in the caller's transaction. */
export async function insertDeliveries(
  client: Queryable,
  deliveries: readonly { id: string; channelId: number; kind: string; groupKey: string; message?: object }[],
  nowMs: number,
): Promise<void> {
  if (deliveries.length === 0) return;
  await client.query(
    `INSERT INTO delivery (id, channel_id, kind, group_key, state, created_at_ms, next_try_ms, message)
     SELECT id, channel_id, kind, group_key, 'waiting', $5, $6, message
     FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $7::jsonb[])
       AS x (id, channel_id, kind, group_key, message)`,
    [
      deliveries.map((delivery) => delivery.id),
      deliveries.map((delivery) => delivery.channelId),
      deliveries.map((delivery) => delivery.kind),
      deliveries.map((delivery) => delivery.groupKey),
      Math.floor(nowMs),
      Math.floor(nowMs) + GROUP_WAIT_MS,
      deliveries.map((delivery) => (delivery.message === undefined ? null : JSON.stringify(delivery.message))),
    ],
  );
  await queueDeliveries(
    client,
    deliveries.map(({ id, channelId, groupKey }) => ({ id, channelId, groupKey, delayMs: 0 })),
  );
}

/** What each channel was told, or why not; rows that would say the same are left alone. */
async function remember(
  client: Queryable,
  decisions: readonly Decision[],
  memory: Memory,
  nowMs: number,
): Promise<void> {
  const changed = decisions.filter(({ alert, channel, told, reason, send }) => {
    const known = memory.get(keyOf(alert.id, channel.id));
    return told !== null && (send !== null || known?.told !== told || known.reason !== reason);
  });
  if (changed.length === 0) return;
  await client.query(
    `INSERT INTO alert_channel (alert_id, channel_id, told, told_at_ms, reason)
     SELECT alert_id, channel_id, told, $5, reason
     FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[]) AS x (alert_id, channel_id, told, reason)
     ON CONFLICT (alert_id, channel_id)
     DO UPDATE SET told = excluded.told, told_at_ms = excluded.told_at_ms, reason = excluded.reason`,
    [
      changed.map(({ alert }) => alert.id),
      changed.map(({ channel }) => channel.id),
      changed.map(({ told }) => told),
      changed.map(({ reason }) => storableText(reason)),
      Math.floor(nowMs),
    ],
  );
}
