import { z } from 'zod';
import { DeliveryView } from '#lib/api/alerts.ts';
import { Matcher, Matchers } from '#lib/api/matchers.ts';
import { SEVERITIES } from '#lib/rules/rule.ts';

export const CHANNEL_KINDS = ['webhook', 'slack', 'pagerduty', 'email', 'alertmanager', 'heartbeat'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** Which kinds are told of acknowledgements unless the channel says otherwise: PagerDuty stops escalating by it. */
export const SENDS_ACKED = {
  webhook: true,
  slack: true,
  pagerduty: true,
  email: false,
  alertmanager: false,
  heartbeat: false,
} as const satisfies Record<ChannelKind, boolean>;

const http = z.url({ protocol: /^https?$/, error: 'expected an http or https address' });
const secret = z.string().min(1).max(8192);
const file = z.string().min(1);
const seconds = z.int().min(0);

/** What decides whether a channel hears of an alert, and how often. */
export const ChannelFilter = z.strictObject({
  min_severity: z.enum(SEVERITIES).default('caution'),
  matchers: Matchers.default([]),
  send_resolved: z.boolean().default(true),
  /** That somebody acknowledged, and that an acknowledgement was taken back; not given: as `SENDS_ACKED` of the kind. */
  send_acked: z.boolean().optional(),
  /** 0: never again while it fires. */
  repeat_interval_s: seconds.default(4 * 3600),
});

const common = {
  name: z.string().trim().min(1).max(100),
  enabled: z.boolean().default(true),
  filter: ChannelFilter.prefault({}),
};

/** Secrets are given as text or as a file that is read at each use; they never come back. */
export const ChannelInput = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('webhook'),
    url: http,
    secret: secret.optional(),
    secret_file: file.optional(),
    /** Values are secrets; named headers replace all that are stored. */
    headers: z.record(z.string(), z.string().max(8192)).optional(),
  }),
  z.strictObject({ ...common, kind: z.literal('slack'), url: http.optional(), url_file: file.optional() }),
  z.strictObject({
    ...common,
    kind: z.literal('pagerduty'),
    routing_key: secret.optional(),
    routing_key_file: file.optional(),
    url: http.default('https://events.pagerduty.com/v2/enqueue'),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('email'),
    smtp_host: z.string().min(1),
    smtp_port: z.int().min(1).max(65535).default(587),
    secure: z.boolean().default(false),
    username: z.string().optional(),
    password: secret.optional(),
    password_file: file.optional(),
    from: z.email(),
    to: z.array(z.email()).min(1).max(50),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('alertmanager'),
    url: http,
    headers: z.record(z.string(), z.string().max(8192)).optional(),
  }),
  /** A dead man's switch: called every interval while everything here works; the other side pages when it stops. */
  z.strictObject({
    ...common,
    kind: z.literal('heartbeat'),
    url: http.optional(),
    url_file: file.optional(),
    interval_s: z.int().min(10).default(60),
  }),
]);
export type ChannelInput = z.infer<typeof ChannelInput>;

/** What is not named stays. A secret that is null is forgotten. */
export const ChannelPatch = z.looseObject({ kind: z.enum(CHANNEL_KINDS).optional() });
export type ChannelPatch = z.infer<typeof ChannelPatch>;

export const ChannelView = z.object({
  id: z.int(),
  name: z.string(),
  kind: z.enum(CHANNEL_KINDS),
  enabled: z.boolean(),
  origin: z.enum(['file', 'user']),
  /** Everything but secrets; a secret that is set shows as `{"<key>": true}` under `secretsSet`. */
  settings: z.record(z.string(), z.unknown()),
  secretsSet: z.record(z.string(), z.boolean()),
  filter: z.object({
    minSeverity: z.enum(SEVERITIES),
    matchers: z.array(Matcher),
    sendResolved: z.boolean(),
    sendAcked: z.boolean(),
    repeatIntervalS: z.int(),
  }),
  state: z.object({
    /** `untried` until the first delivery. */
    ok: z.boolean().nullable(),
    waiting: z.int(),
    dead: z.int(),
    lastSentMs: z.number().nullable(),
    lastError: z.string().nullable(),
  }),
});
export type ChannelView = z.infer<typeof ChannelView>;
export const ChannelList = z.object({ items: z.array(ChannelView), nextCursor: z.string().nullable() });
export type ChannelList = z.infer<typeof ChannelList>;

/** What the receiver really answered. */
export const ChannelTest = z.object({
  ok: z.boolean(),
  status: z.int().nullable(),
  answer: z.string(),
  durationMs: z.number(),
  sent: z.string(),
});
export type ChannelTest = z.infer<typeof ChannelTest>;

export const DeliveriesQuery = z.strictObject({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export type DeliveriesQuery = z.infer<typeof DeliveriesQuery>;
export const DeliveryIdParams = z.object({ id: z.string().min(1).max(100) });
export const DeliveryList = z.object({ items: z.array(DeliveryView), nextCursor: z.string().nullable() });
