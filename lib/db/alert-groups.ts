import type { Quiet } from '#lib/alerts/handling.ts';
import { type AlertGrouping, AlertGroupSummary } from '#lib/api/alert-groups.ts';
import { type AlertPick, pickSql } from '#lib/db/alert-filter.ts';
import type { Queryable } from '#lib/db/alerts.ts';
import { SqlValues } from '#lib/db/sql-values.ts';

const KEY_SQL = {
  rule: 'a.rule_id',
  target: "coalesce(t.name, '')",
  host: "coalesce(a.labels ->> 'host', '')",
  model: "coalesce(a.labels ->> 'model', '')",
} as const satisfies Record<AlertGrouping, string>;

/** Of everything that the pick selects: how many of each group, by severity, and the labels that all of a group share. */
export async function summariseGroups(
  db: Queryable,
  by: AlertGrouping,
  pick: AlertPick,
  quiet: Quiet,
  nowMs: number,
): Promise<readonly AlertGroupSummary[]> {
  const values = new SqlValues();
  const where = pickSql(pick, quiet, nowMs, values);
  const { rows } = await db.query(
    `WITH hit AS MATERIALIZED (
       SELECT ${KEY_SQL[by]} AS key, a.severity, a.labels FROM alert a LEFT JOIN target t ON t.id = a.target_id WHERE ${where}
     ), size AS (
       SELECT key, sum(n)::int AS total, jsonb_object_agg(severity, n) AS "bySeverity"
       FROM (SELECT key, severity, count(*)::int AS n FROM hit GROUP BY 1, 2) x GROUP BY 1
     ), shared AS (
       SELECT y.key, jsonb_object_agg(y.name, y.value) AS common
       FROM (SELECT h.key, l.key AS name, min(l.value) AS value, max(l.value) AS other, count(*) AS n
             FROM hit h, jsonb_each_text(h.labels) l GROUP BY 1, 2) y JOIN size USING (key)
       WHERE y.value = y.other AND y.n = size.total GROUP BY 1
     )
     SELECT size.key, total, "bySeverity", coalesce(common, '{}') AS common
     FROM size LEFT JOIN shared USING (key) ORDER BY total DESC, key`,
    values.list,
  );
  return rows.map((row) => AlertGroupSummary.parse(row));
}
