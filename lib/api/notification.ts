import { z } from 'zod';
import { ALERT_STATES, DATA_STATES, END_REASONS } from '#lib/alerts/alert.ts';
import { UNITS } from '#lib/metrics/unit.ts';
import { SEVERITIES } from '#lib/rules/rule.ts';

/** What a channel is told of an alert. */
export const DELIVERY_KINDS = [
  'firing',
  'resolved',
  'repeat',
  'acked',
  'reminder',
  'unacked',
  'ack-expired',
  'unmuted',
] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** `test` is the test button. */
export const NOTIFICATION_KINDS = [...DELIVERY_KINDS, 'test'] as const;

const value = z.number().nullable();
const ms = z.number();

export const NotifiedAlert = z.object({
  /** Never used again: what has the same id is the same episode. */
  id: z.int(),
  rule: z.string(),
  title: z.string(),
  /** "KV cache nearly full on qwen-a: 98%, limit 90%" */
  headline: z.string(),
  /** The headline with since when, how long, owner, and "no data since" where so. */
  line: z.string(),
  severity: z.enum(SEVERITIES),
  state: z.enum(ALERT_STATES),
  data: z.enum(DATA_STATES),
  noDataSinceMs: ms.nullable(),
  subject: z.string(),
  /** Of an alert about a channel: the channel. */
  target: z.string(),
  labels: z.record(z.string(), z.string()),
  unit: z.enum(UNITS),
  /** Newest value (of a resolved alert: the one that it resolved with); base unit, null is unknown. */
  value,
  peak: value,
  limit: value,
  firedAtMs: ms,
  resolvedAtMs: ms.nullable(),
  endReason: z.enum(END_REASONS).nullable(),
  owner: z.string().nullable(),
  ack: z.object({ by: z.string(), note: z.string(), atMs: ms }).nullable(),
  /** For machines, e.g. an autoscaler; "" when the rule has none. */
  action: z.string(),
  remedy: z.string(),
  /** The alert's page. Opening it changes nothing. */
  url: z.string(),
});
export type NotifiedAlert = z.infer<typeof NotifiedAlert>;

/** What a webhook gets as JSON, and what every other channel's message is made from. Stable; fields may be added. */
export const Notification = z.object({
  version: z.literal(1),
  /** The delivery's id: what comes twice under one id is one message. */
  id: z.string(),
  kind: z.enum(NOTIFICATION_KINDS),
  createdAtMs: ms,
  /** Which Headroom sends this. */
  installation: z.string(),
  /** One line, enough for a lock screen. */
  title: z.string(),
  /** Alerts of the same group (rule and host) follow each other under the same key. */
  groupKey: z.string(),
  url: z.string(),
  alerts: z.array(NotifiedAlert),
  /** What is said beside the alerts; all there is for kinds without alerts. */
  text: z.string(),
});
export type Notification = z.infer<typeof Notification>;
