import { z } from 'zod';
import { isTimeZone } from '#lib/alerts/schedule.ts';
import { AlertSummary } from '#lib/api/alerts.ts';
import { Matcher, Matchers, SomeMatchers } from '#lib/api/matchers.ts';

const ms = z.int().positive();

export const SilenceInput = z.strictObject({
  matchers: SomeMatchers,
  reason: z.string().trim().min(1, 'a reason is needed').max(2000),
  /** Now when it is not given. */
  startsAtMs: ms.optional(),
  /** Forced: a silence always ends. */
  endsAtMs: ms,
});
export type SilenceInput = z.infer<typeof SilenceInput>;

export const SilenceView = z.object({
  id: z.int(),
  matchers: z.array(Matcher),
  matchersText: z.string(),
  author: z.string(),
  reason: z.string(),
  startsAtMs: z.number(),
  endsAtMs: z.number(),
  createdAtMs: z.number(),
  state: z.enum(['waiting', 'active', 'ended']),
  endedBy: z.string().nullable(),
  /** Open alerts that it mutes now. */
  hits: z.int(),
  /** Active, but has matched nothing for a day. */
  unused: z.boolean(),
});
export type SilenceView = z.infer<typeof SilenceView>;
export const SilenceList = z.object({ items: z.array(SilenceView), nextCursor: z.string().nullable() });
export type SilenceList = z.infer<typeof SilenceList>;

export const SilencePreviewInput = z.strictObject({ matchers: Matchers });
export type SilencePreviewInput = z.infer<typeof SilencePreviewInput>;
/** What it would mute now, and what it would have muted in the last seven days. */
export const SilencePreview = z.object({
  now: z.int(),
  /** The first fifty of them. */
  alerts: z.array(AlertSummary),
  lastWeek: z.int(),
});
export type SilencePreview = z.infer<typeof SilencePreview>;

export const Schedule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('once'), startsAtMs: ms, endsAtMs: ms }),
  z.strictObject({
    kind: z.literal('weekly'),
    timeZone: z.string().refine(isTimeZone, 'not a time zone: expected an IANA name such as Europe/Berlin'),
    days: z.array(z.int().min(1).max(7)).min(1),
    start: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected HH:MM'),
    minutes: z
      .int()
      .min(1)
      .max(7 * 1440),
  }),
]);

const maintenance = {
  title: z.string().trim().min(1).max(200),
  matchers: SomeMatchers,
  schedule: Schedule,
  enabled: z.boolean(),
};
export const MaintenanceInput = z.strictObject({ ...maintenance, enabled: maintenance.enabled.default(true) });
export type MaintenanceInput = z.infer<typeof MaintenanceInput>;

/** What is not named stays. */
export const MaintenancePatch = z.strictObject(maintenance).partial();
export type MaintenancePatch = z.infer<typeof MaintenancePatch>;

export const MaintenanceView = z.object({
  id: z.int(),
  title: z.string(),
  matchers: z.array(Matcher),
  matchersText: z.string(),
  schedule: Schedule,
  author: z.string(),
  enabled: z.boolean(),
  /** Open now until then; null when closed. */
  openUntilMs: z.number().nullable(),
  hits: z.int(),
});
export type MaintenanceView = z.infer<typeof MaintenanceView>;
export const MaintenanceList = z.object({ items: z.array(MaintenanceView), nextCursor: z.string().nullable() });
export type MaintenanceList = z.infer<typeof MaintenanceList>;
