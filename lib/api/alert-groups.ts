import { z } from 'zod';
import { AlertFilter } from '#lib/api/alerts.ts';

export const ALERT_GROUPINGS = ['host', 'rule', 'model', 'target'] as const;
export type AlertGrouping = (typeof ALERT_GROUPINGS)[number];

/** The filter of `/alerts`, and what to group by. */
export const AlertGroupsQuery = AlertFilter.extend({ by: z.enum(ALERT_GROUPINGS) });
export type AlertGroupsQuery = z.infer<typeof AlertGroupsQuery>;

export const AlertGroupSummary = z.object({
  /** The value that groups; "" where an alert has none. */
  key: z.string(),
  total: z.int(),
  bySeverity: z.record(z.string(), z.int()),
  /** Labels with the same value in every alert of the group. */
  common: z.record(z.string(), z.string()),
});
export type AlertGroupSummary = z.infer<typeof AlertGroupSummary>;

export const AlertGroups = z.object({ atMs: z.number(), items: z.array(AlertGroupSummary) });
export type AlertGroups = z.infer<typeof AlertGroups>;
