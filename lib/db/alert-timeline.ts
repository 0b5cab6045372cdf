import type { AlertEvent, DeliveryView } from '#lib/api/alerts.ts';
import type { AlertRow, Queryable } from '#lib/db/alerts.ts';

/** The newest `limit` entries of one alert, oldest first. */
export async function loadTimeline(db: Queryable, alertId: number, limit: number): Promise<readonly AlertEvent[]> {
  const { rows } = await db.query<AlertEvent>(
    `SELECT id, at_ms AS "atMs", kind, actor, text, value FROM alert_event WHERE alert_id = $1 ORDER BY id DESC LIMIT $2`,
    [alertId, limit],
  );
  return rows.reverse();
}

export async function newestEvent(
  db: Queryable,
  alertId: number,
): Promise<{ readonly kind: string; readonly atMs: number } | null> {
  const [event] = await loadTimeline(db, alertId, 1);
  return event ?? null;
}

type DeliveryRow = Omit<DeliveryView, 'channel'> & { channelId: number; channelName: string; channelKind: string };

/** What was sent about one alert, newest first. */
export async function loadDeliveriesOf(db: Queryable, alertId: number): Promise<readonly DeliveryView[]> {
  const { rows } = await db.query<DeliveryRow>(
    `SELECT d.id, d.kind, d.state, d.tries, d.created_at_ms AS "createdAtMs", d.next_try_ms AS "nextTryMs",
            d.sent_at_ms AS "sentAtMs", d.last_status AS "lastStatus", d.last_answer AS "lastAnswer",
            c.id AS "channelId", c.name AS "channelName", c.kind AS "channelKind"
     FROM delivery_alert x JOIN delivery d ON d.id = x.delivery_id JOIN channel c ON c.id = d.channel_id
     WHERE x.alert_id = $1 ORDER BY d.created_at_ms DESC, d.id LIMIT 200`,
    [alertId],
  );
  return rows.map(({ channelId, channelName, channelKind, ...delivery }) => ({
    ...delivery,
    channel: { id: channelId, name: channelName, kind: channelKind },
  }));
}

export type Untold = { readonly channel: string; readonly reason: string };

/** Channels that were not told of this alert, and why. Of those that were told, the reason says why they were. */
export async function loadUntold(db: Queryable, alertId: number): Promise<readonly Untold[]> {
  const { rows } = await db.query<Untold>(
    `SELECT c.name AS channel, x.reason FROM alert_channel x JOIN channel c ON c.id = x.channel_id
     WHERE x.alert_id = $1 AND x.told IN ('none', 'muted') AND x.reason <> '' AND c.removed_at_ms IS NULL ORDER BY c.name`,
    [alertId],
  );
  return rows;
}

export type EarlierEpisode = {
  readonly id: number;
  readonly firedAtMs: number | null;
  readonly resolvedAtMs: number | null;
  readonly peakValue: number | null;
  readonly notes: readonly string[];
};

/** Earlier episodes of the same rule on the same thing that fired, newest first, with what people wrote then. */
export async function loadEarlier(db: Queryable, row: AlertRow, limit: number): Promise<readonly EarlierEpisode[]> {
  const { column, id } = aboutOf(row);
  const { rows } = await db.query<EarlierEpisode>(
    `SELECT a.id, a.fired_at_ms AS "firedAtMs", a.resolved_at_ms AS "resolvedAtMs", a.peak_value AS "peakValue",
            ARRAY(SELECT e.text FROM alert_event e WHERE e.alert_id = a.id AND e.kind IN ('note', 'acked') AND e.text <> ''
                  ORDER BY e.id) AS notes
     FROM alert a WHERE a.rule_id = $1 AND a.${column} = $2 AND a.scope = $3 AND a.id < $4 AND a.fired_at_ms IS NOT NULL
     ORDER BY a.id DESC LIMIT $5`,
    [row.ruleId, id, row.scope, row.id, limit],
  );
  return rows;
}

/** Which column of an alert says what it is about. */
function aboutOf({ scope, subjectId, targetId, channelId }: AlertRow) {
  if (scope === 'target') return { column: 'target_id', id: targetId } as const;
  if (scope === 'channel') return { column: 'channel_id', id: channelId } as const;
  return { column: 'subject_id', id: subjectId } as const;
}
