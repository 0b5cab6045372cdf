import { z } from 'zod';
import { ALERT_SCOPES, ALERT_STATES, DATA_STATES, END_REASONS } from '#lib/alerts/alert.ts';
import { HANDLINGS } from '#lib/alerts/handling.ts';
import { WrittenId } from '#lib/api/id.ts';
import { UNITS } from '#lib/metrics/unit.ts';
import { SEVERITIES } from '#lib/rules/rule.ts';

const value = z.number().nullable();
const ms = z.number();

/** Why it is quiet: `by` and `id` name the silence, maintenance window or alert behind it. */
export const HandlingView = z.object({
  state: z.enum(HANDLINGS),
  reason: z.string(),
  by: z.enum(['person', 'silence', 'maintenance', 'alert']).nullable(),
  id: z.int().nullable(),
  untilMs: ms.nullable(),
});

export const AlertSummary = z.object({
  id: z.int(),
  rule: z.string(),
  title: z.string(),
  /** "KV cache used 98 % on qwen-a, limit 90 %" */
  headline: z.string(),
  severity: z.enum(SEVERITIES),
  state: z.enum(ALERT_STATES),
  handling: HandlingView,
  data: z.object({ state: z.enum(DATA_STATES), reason: z.string(), sinceMs: ms.nullable() }),
  scope: z.enum(ALERT_SCOPES),
  /** null for an alert about a target or channel, and for a subject that is gone. */
  subject: z.object({ id: z.int(), kind: z.enum(['engine', 'gpu']), name: z.string() }).nullable(),
  /** null for an alert about a channel, which has `channel` instead. */
  target: z.object({ id: z.int(), name: z.string() }).nullable(),
  channel: z.object({ id: z.int(), name: z.string() }).nullable(),
  /** What the alert is about, in words. */
  subjectName: z.string(),
  labels: z.record(z.string(), z.string()),
  pendingSinceMs: ms,
  firedAtMs: ms.nullable(),
  recoveringSinceMs: ms.nullable(),
  resolvedAtMs: ms.nullable(),
  endReason: z.enum(END_REASONS).nullable(),
  unit: z.enum(UNITS),
  limit: value,
  lastValue: value,
  peakValue: value,
  firedValue: value,
  resolvedValue: value,
  lastSeenMs: ms,
  flapping: z.boolean(),
  changes: z.int(),
  owner: z.string().nullable(),
  ack: z
    .object({ by: z.string(), atMs: ms, note: z.string(), untilMs: ms.nullable(), remindEveryMs: ms.nullable() })
    .nullable(),
  action: z.string(),
  /** Grows with every transition, ack, unack and change of owner; an ack carries the one that the person saw. */
  version: z.int(),
});
export type AlertSummary = z.infer<typeof AlertSummary>;

export const AlertList = z.object({
  atMs: ms,
  items: z.array(AlertSummary),
  nextCursor: z.string().nullable(),
  /** Of everything that the filter matches, by severity and by state; not only of this page. */
  counts: z.object({ total: z.int(), firing: z.int(), unacked: z.int(), bySeverity: z.record(z.string(), z.int()) }),
});
export type AlertList = z.infer<typeof AlertList>;

const list = <T extends readonly [string, ...string[]]>(values: T) =>
  z
    .string()
    .transform((text) => text.split(',').filter((part) => part !== ''))
    .pipe(z.array(z.enum(values)));

/** `state=firing,pending&severity=critical&handling=open&match=host=gpu-01&rule=&subject=&target=&owner=&from=&to=&cursor=&limit=` */
export const AlertFilter = z.strictObject({
  /** Open ones (pending, firing, recovering) when it is not given; with from or to, also resolved ones. */
  state: list(ALERT_STATES).optional(),
  severity: list(SEVERITIES).optional(),
  handling: list(HANDLINGS).optional(),
  rule: z.string().optional(),
  subject: z.array(WrittenId).optional(),
  target: WrittenId.optional(),
  owner: z.string().optional(),
  match: z.string().max(4096).optional(),
  from: z.string().optional(),
  to: z.string().optional(),
});
export type AlertFilter = z.infer<typeof AlertFilter>;

export const AlertsQuery = AlertFilter.extend({
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(2000).default(500),
});
export type AlertsQuery = z.infer<typeof AlertsQuery>;

export const AlertEvent = z.object({
  id: z.int(),
  atMs: ms,
  /** A transition (see TRANSITIONS) or what a person did: acked, unacked, note, assigned. */
  kind: z.string(),
  actor: z.string().nullable(),
  text: z.string(),
  value,
});

export type AlertEvent = z.infer<typeof AlertEvent>;

export const DeliveryView = z.object({
  id: z.string(),
  channel: z.object({ id: z.int(), name: z.string(), kind: z.string() }),
  kind: z.string(),
  state: z.enum(['waiting', 'retrying', 'sent', 'dead', 'cancelled']),
  tries: z.int(),
  createdAtMs: ms,
  nextTryMs: ms.nullable(),
  sentAtMs: ms.nullable(),
  lastStatus: z.int().nullable(),
  lastAnswer: z.string().nullable(),
});
export type DeliveryView = z.infer<typeof DeliveryView>;

export const AlertDetail = AlertSummary.extend({
  /** The rule as it was when the episode began. */
  ruleText: z.object({
    expr: z.string(),
    forMs: ms,
    keepFiringMs: ms,
    cause: z.string(),
    check: z.string(),
    remedy: z.string(),
    source: z.string(),
    /** The signals that the expression reads, for the chart. */
    signals: z.array(z.string()),
    profile: z.enum(['relative', 'literal']),
  }),
  /** Both numbers where the rule judges what lies above an engine's floor; null otherwise. */
  vram: z.object({ floorBytes: z.number(), printedUtilization: value }).nullable(),
  /** The run whose numbers the rule read; null where it reads none, or the run is gone. */
  run: z.object({ id: z.int(), name: z.string() }).nullable(),
  /** What happens next, in words: "reminds in 12 min", "ack expires 04:30 UTC". */
  next: z.string(),
  evidence: z.object({ fromMs: ms, toMs: ms }),
  timeline: z.array(AlertEvent),
  deliveries: z.array(DeliveryView),
  /** Why each channel was not told, where it was not. */
  untold: z.array(z.object({ channel: z.string(), reason: z.string() })),
  /** Earlier episodes of the same rule on the same subject, newest first, with their notes. */
  earlier: z.array(
    z.object({
      id: z.int(),
      firedAtMs: ms.nullable(),
      resolvedAtMs: ms.nullable(),
      peakValue: value,
      notes: z.array(z.string()),
    }),
  ),
  /** Other alerts on the same host, GPU or model within ten minutes. */
  neighbours: z.array(AlertSummary),
});
export type AlertDetail = z.infer<typeof AlertDetail>;

const note = z.string().trim().max(4000);

export const AckInput = z.strictObject({
  note: note.default(''),
  untilMs: z.int().positive().optional(),
  remindEveryMs: z.int().min(60_000).optional(),
  version: z.int().optional(),
});
export type AckInput = z.infer<typeof AckInput>;

export const BulkAckInput = z
  .strictObject({
    ids: z.array(z.int().positive()).min(1).max(20_000).optional(),
    filter: AlertFilter.optional(),
    note: note.default(''),
    untilMs: z.int().positive().optional(),
    remindEveryMs: z.int().min(60_000).optional(),
  })
  .refine((input) => (input.ids === undefined) !== (input.filter === undefined), 'give ids or filter, not both');
export type BulkAckInput = z.infer<typeof BulkAckInput>;
/** Skipped: resolved, or acknowledged before by somebody. */
export const BulkAckAnswer = z.object({ acked: z.int(), skipped: z.int() });
export type BulkAckAnswer = z.infer<typeof BulkAckAnswer>;

export const VersionInput = z.strictObject({ version: z.int().optional() });
export type VersionInput = z.infer<typeof VersionInput>;
export const NoteInput = z.strictObject({ note: note.min(1) });
export type NoteInput = z.infer<typeof NoteInput>;
export const AssignInput = z.strictObject({
  owner: z.string().trim().max(200).nullable(),
  version: z.int().optional(),
});
export type AssignInput = z.infer<typeof AssignInput>;
