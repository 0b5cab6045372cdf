import type pg from 'pg';
import { z } from 'zod';
import { ALERT_SCOPES, DATA_STATES, END_REASONS, type Episode } from '#lib/alerts/alert.ts';
import type { Labels } from '#lib/alerts/matchers.ts';
import { storableJson, storableText } from '#lib/db/storable.ts';
import { UNITS } from '#lib/metrics/unit.ts';
import { SEVERITIES } from '#lib/rules/rule.ts';

/** A pool or a client inside a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** The rule as it was when the episode began; kept with it, so that history explains itself. */
export const RuleSnapshot = z.object({
  title: z.string(),
  expr: z.string(),
  profile: z.enum(['relative', 'literal']),
  forMs: z.number(),
  keepFiringMs: z.number(),
  action: z.string(),
  cause: z.string(),
  check: z.string(),
  remedy: z.string(),
  source: z.string(),
  /** Signals that the expression reads; the first decides what the headline says. */
  signals: z.array(z.string()),
  vram: z.enum(['printed', 'above-floor']),
});
export type RuleSnapshot = z.infer<typeof RuleSnapshot>;

const ms = z.number();
const value = z.number().nullable();

const AlertRowSchema = z.object({
  id: z.int(),
  ruleId: z.string(),
  scope: z.enum(ALERT_SCOPES),
  subjectId: z.int().nullable(),
  /** null where it is about a channel. */
  targetId: z.int().nullable(),
  channelId: z.int().nullable(),
  subjectName: z.string(),
  labels: z.record(z.string(), z.string()),
  rule: RuleSnapshot,
  severity: z.enum(SEVERITIES),
  pendingSinceMs: ms,
  firedAtMs: ms.nullable(),
  lastHeldMs: ms,
  recoveringSinceMs: ms.nullable(),
  resolvedAtMs: ms.nullable(),
  endReason: z.enum(END_REASONS).nullable(),
  noDataSinceMs: ms.nullable(),
  data: z.enum(DATA_STATES),
  dataReason: z.string(),
  evaluations: z.int(),
  observed: z.int(),
  unit: z.enum(UNITS),
  limit: value,
  firedValue: value,
  peakValue: value,
  lastValue: value,
  resolvedValue: value,
  lastSeenMs: ms,
  flapping: z.boolean(),
  changes: z.int(),
  ackedAtMs: ms.nullable(),
  ackedBy: z.string().nullable(),
  ackNote: z.string().nullable(),
  ackUntilMs: ms.nullable(),
  remindEveryMs: ms.nullable(),
  owner: z.string().nullable(),
  inhibitedBy: z.int().nullable(),
  inhibitedByTitle: z.string().nullable(),
  version: z.int(),
  targetName: z.string().nullable(),
  channelName: z.string().nullable(),
  subjectKind: z.enum(['engine', 'gpu']).nullable(),
});
/** One episode with everything that is stored of it. */
export type AlertRow = z.infer<typeof AlertRowSchema>;

/** The columns of an AlertRow, for `SELECT … FROM alert a JOIN …`. */
const ALERT_COLUMNS = `a.id, a.rule_id AS "ruleId", a.scope, a.subject_id AS "subjectId", a.target_id AS "targetId", a.channel_id AS "channelId",
  a.subject_name AS "subjectName", a.labels, a.rule, a.severity, a.pending_since_ms AS "pendingSinceMs",
  a.fired_at_ms AS "firedAtMs", a.last_held_ms AS "lastHeldMs", a.recovering_since_ms AS "recoveringSinceMs",
  a.resolved_at_ms AS "resolvedAtMs", a.end_reason AS "endReason", a.no_data_since_ms AS "noDataSinceMs", a.data,
  a.data_reason AS "dataReason", a.evaluations, a.observed, a.unit, a.limit_value AS "limit",
  a.fired_value AS "firedValue", a.peak_value AS "peakValue", a.last_value AS "lastValue",
  a.resolved_value AS "resolvedValue", a.last_seen_ms AS "lastSeenMs", a.flapping, a.changes,
  a.acked_at_ms AS "ackedAtMs", a.acked_by AS "ackedBy", a.ack_note AS "ackNote", a.ack_until_ms AS "ackUntilMs",
  a.remind_every_ms AS "remindEveryMs", a.owner, a.inhibited_by AS "inhibitedBy", i.subject_name AS "inhibitedByName",
  i.rule ->> 'title' AS "inhibitedByRule", a.version, t.name AS "targetName", c.name AS "channelName", s.kind AS "subjectKind"`;
const ALERT_TABLES = `alert a LEFT JOIN target t ON t.id = a.target_id LEFT JOIN subject s ON s.id = a.subject_id
  LEFT JOIN channel c ON c.id = a.channel_id
  LEFT JOIN alert i ON i.id = a.inhibited_by`;

/** Rows that a WHERE clause (on `a`, `t`, `s`) picks; `rest` may order and limit. Its text is code, never input. */
export async function selectAlerts(
  db: Queryable,
  where: string,
  values: readonly unknown[] = [],
  rest = 'ORDER BY a.id',
): Promise<readonly AlertRow[]> {
  const { rows } = await db.query(`SELECT ${ALERT_COLUMNS} FROM ${ALERT_TABLES} WHERE ${where} ${rest}`, [...values]);
  return rows.map((row: Record<string, unknown>) => {
    const { inhibitedByName, inhibitedByRule, ...columns } = row;
    const inhibitedByTitle = row.inhibitedBy === null ? null : `${inhibitedByRule} on ${inhibitedByName}`;
    return AlertRowSchema.parse({ ...columns, inhibitedByTitle });
  });
}

/** The rows with these ids, in the order of their ids. */
export function loadAlertRows(db: Queryable, ids: readonly number[]): Promise<readonly AlertRow[]> {
  return selectAlerts(db, 'a.id = ANY($1::bigint[])', [ids]);
}

/** Every open episode of these targets: pending, firing or recovering. */
export function loadOpenAlerts(db: Queryable, targetIds: readonly number[]): Promise<readonly AlertRow[]> {
  return selectAlerts(db, 'a.resolved_at_ms IS NULL AND a.target_id = ANY($1::int[])', [targetIds]);
}

/** What a new episode is about. */
export type NewAlert = {
  readonly ruleId: string;
  readonly scope: AlertRow['scope'];
  readonly subjectId: number | null;
  readonly targetId: number | null;
  readonly channelId?: number | null;
  readonly subjectName: string;
  readonly labels: Labels;
  readonly rule: RuleSnapshot;
  readonly severity: AlertRow['severity'];
  readonly episode: Episode;
};

const EPISODE_TYPES = `pending_since_ms bigint, fired_at_ms bigint, last_held_ms bigint, recovering_since_ms bigint,
  resolved_at_ms bigint, end_reason text, no_data_since_ms bigint, data text, data_reason text, evaluations int,
  observed int, unit text, limit_value float8, fired_value float8, peak_value float8, last_value float8,
  resolved_value float8, last_seen_ms bigint, flapping bool, changes int`;
const EPISODE_COLUMNS = [...EPISODE_TYPES.matchAll(/(\w+) (?:bigint|text|int|float8|bool)/g)].map(([, name]) => name);

function episodeColumns(episode: Episode): Record<string, unknown> {
  return {
    pending_since_ms: episode.pendingSinceMs,
    fired_at_ms: episode.firedAtMs,
    last_held_ms: episode.lastHeldMs,
    recovering_since_ms: episode.recoveringSinceMs,
    resolved_at_ms: episode.resolvedAtMs,
    end_reason: episode.endReason,
    no_data_since_ms: episode.noDataSinceMs,
    data: episode.data,
    data_reason: storableText(episode.dataReason),
    evaluations: episode.evaluations,
    observed: episode.observed,
    unit: episode.unit,
    limit_value: episode.limit,
    fired_value: episode.firedValue,
    peak_value: episode.peakValue,
    last_value: episode.lastValue,
    resolved_value: episode.resolvedValue,
    last_seen_ms: episode.lastSeenMs,
    flapping: episode.flapping,
    changes: episode.changes,
  };
}

/** Stores new episodes; answers their ids in the same order. */
export async function insertAlerts(client: Queryable, alerts: readonly NewAlert[]): Promise<readonly number[]> {
  if (alerts.length === 0) return [];
  const rows = alerts.map((alert, n) => ({
    n,
    rule_id: alert.ruleId,
    scope: alert.scope,
    subject_id: alert.subjectId,
    target_id: alert.targetId,
    channel_id: alert.channelId ?? null,
    subject_name: alert.subjectName,
    labels: alert.labels,
    rule: alert.rule,
    severity: alert.severity,
    ...episodeColumns(alert.episode),
  }));
  const names = [
    'rule_id',
    'scope',
    'subject_id',
    'target_id',
    'channel_id',
    'subject_name',
    'labels',
    'rule',
    'severity',
  ];
  const columns = [...names, ...EPISODE_COLUMNS].join(', ');
  const { rows: inserted } = await client.query<{ id: number }>(
    `INSERT INTO alert (${columns})
     SELECT ${columns} FROM jsonb_to_recordset($1) AS x (n int, rule_id text, scope text, subject_id int, target_id int, channel_id int,
       subject_name text, labels jsonb, rule jsonb, severity text, ${EPISODE_TYPES}) ORDER BY n RETURNING id`,
    [storableJson(rows)],
  );
  return inserted.map((row) => row.id);
}

export type AlertChange = {
  readonly id: number;
  readonly episode: Episode;
  /** A transition happened: what a person has seen of this alert is out of date. */
  readonly isNews: boolean;
};

export async function updateAlerts(client: Queryable, changes: readonly AlertChange[]): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ id, episode, isNews }) => ({ id, news: isNews ? 1 : 0, ...episodeColumns(episode) }));
  const sets = EPISODE_COLUMNS.map((column) => `${column} = x.${column}`).join(', ');
  await client.query(
    `UPDATE alert a SET ${sets}, version = a.version + x.news
     FROM jsonb_to_recordset($1) AS x (id bigint, news int, ${EPISODE_TYPES}) WHERE a.id = x.id AND a.resolved_at_ms IS NULL`,
    [storableJson(rows)],
  );
}

export type NewAlertEvent = {
  readonly alertId: number;
  readonly atMs: number;
  readonly kind: string;
  readonly actor: string | null;
  readonly text: string;
  readonly value: number | null;
};

export async function insertAlertEvents(client: Queryable, events: readonly NewAlertEvent[]): Promise<void> {
  if (events.length === 0) return;
  await client.query(
    `INSERT INTO alert_event (alert_id, at_ms, kind, actor, text, value)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::float8[])`,
    [
      events.map((event) => event.alertId),
      events.map((event) => Math.floor(event.atMs)),
      events.map((event) => event.kind),
      events.map((event) => event.actor),
      events.map((event) => storableText(event.text)),
      events.map((event) => event.value),
    ],
  );
}

/** Sets which open alert is muted by which, as a whole; answers the ids that changed. */
export async function saveInhibitors(
  client: Queryable,
  inhibitedBy: ReadonlyMap<number, number>,
): Promise<readonly number[]> {
  const { rows } = await client.query<{ id: number }>(
    `UPDATE alert a SET inhibited_by = x.by
     FROM (SELECT o.id, m.by FROM alert o LEFT JOIN unnest($1::bigint[], $2::bigint[]) AS m (id, by) ON m.id = o.id
           WHERE o.resolved_at_ms IS NULL) x
     WHERE a.id = x.id AND a.inhibited_by IS DISTINCT FROM x.by RETURNING a.id`,
    [[...inhibitedBy.keys()], [...inhibitedBy.values()]],
  );
  return rows.map((row) => row.id);
}
