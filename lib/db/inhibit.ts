import { canInhibit, inhibitors } from '#lib/alerts/inhibition.ts';
import { type Queryable, saveInhibitors } from '#lib/db/alerts.ts';

/** Works out anew which open alert mutes which; answers the ids of those that changed. */
export async function inhibitOpenAlerts(db: Queryable): Promise<readonly number[]> {
  const alerts = await db.query<{
    id: number;
    ruleId: string;
    targetId: number;
    subjectId: number | null;
    host: string | null;
    firedAtMs: number | null;
    inhibitedBy: number | null;
  }>(
    `SELECT id, rule_id AS "ruleId", target_id AS "targetId", subject_id AS "subjectId", labels ->> 'host' AS host, fired_at_ms AS "firedAtMs",
            inhibited_by AS "inhibitedBy"
     FROM alert WHERE resolved_at_ms IS NULL AND target_id IS NOT NULL`,
  );
  const isQuiet = alerts.rows.every((row) => row.inhibitedBy === null && !canInhibit(row.ruleId));
  if (isQuiet) return [];
  const hosts = await db.query<{ host: string; count: number }>(
    `SELECT labels ->> 'host' AS host, count(*)::int AS count FROM target
     WHERE removed_at IS NULL AND NOT paused AND labels ? 'host' GROUP BY 1`,
  );
  return saveInhibitors(db, inhibitors(alerts.rows, new Map(hosts.rows.map((row) => [row.host, row.count]))));
}
