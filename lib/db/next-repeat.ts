import type { Queryable } from '#lib/db/alerts.ts';

export type NextRepeat = { readonly channel: string; readonly atMs: number };

/** The channel that will be told of this alert again soonest if it keeps firing; null when none repeats. */
export async function loadNextRepeat(db: Queryable, alertId: number): Promise<NextRepeat | null> {
  const { rows } = await db.query<NextRepeat>(
    `SELECT c.name AS channel, x.told_at_ms + (c.filter ->> 'repeatIntervalMs')::float8 AS "atMs"
     FROM alert_channel x JOIN channel c ON c.id = x.channel_id
     WHERE x.alert_id = $1 AND x.told NOT IN ('none', 'muted') AND c.enabled AND c.removed_at_ms IS NULL
       AND c.kind <> 'alertmanager' AND (c.filter ->> 'repeatIntervalMs')::float8 > 0
     ORDER BY 2 LIMIT 1`,
    [alertId],
  );
  return rows[0] ?? null;
}
