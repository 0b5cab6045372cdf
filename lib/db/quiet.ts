import { z } from 'zod';
import type { Quiet } from '#lib/alerts/handling.ts';
import { Matcher } from '#lib/api/matchers.ts';
import { Schedule } from '#lib/api/silences.ts';
import type { Queryable } from '#lib/db/alerts.ts';

const SilenceRow = z.object({
  id: z.int(),
  matchers: z.array(Matcher),
  author: z.string(),
  reason: z.string(),
  startsAtMs: z.number(),
  endsAtMs: z.number(),
});
const MaintenanceRow = z.object({
  id: z.int(),
  title: z.string(),
  matchers: z.array(Matcher),
  schedule: Schedule,
  enabled: z.boolean(),
});

/** Silences that have not ended at `nowMs`, and the maintenance windows that are in use. */
export async function loadQuiet(db: Queryable, nowMs: number): Promise<Quiet> {
  const silences = await db.query(
    `SELECT id, matchers, author, reason, starts_at_ms AS "startsAtMs", ends_at_ms AS "endsAtMs"
     FROM silence WHERE ends_at_ms > $1 ORDER BY id`,
    [Math.floor(nowMs)],
  );
  const maintenance = await db.query(
    'SELECT id, title, matchers, schedule, enabled FROM maintenance WHERE removed_at_ms IS NULL AND enabled ORDER BY id',
  );
  return {
    silences: silences.rows.map((row) => SilenceRow.parse(row)),
    maintenance: maintenance.rows.map((row) => MaintenanceRow.parse(row)),
  };
}
