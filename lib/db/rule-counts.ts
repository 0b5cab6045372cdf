import type { Queryable } from '#lib/db/alerts.ts';

export type RuleCounts = { readonly firing: number; readonly pending: number; readonly unknown: number };

/** Open alerts by rule: fired, pending, and without data. */
export async function countOpenByRule(db: Queryable): Promise<ReadonlyMap<string, RuleCounts>> {
  const { rows } = await db.query<RuleCounts & { id: string }>(
    `SELECT rule_id AS id, count(*) FILTER (WHERE fired_at_ms IS NOT NULL) AS firing,
            count(*) FILTER (WHERE fired_at_ms IS NULL) AS pending, count(*) FILTER (WHERE data <> 'ok') AS unknown
     FROM alert WHERE resolved_at_ms IS NULL GROUP BY 1`,
  );
  return new Map(rows.map(({ id, ...counts }) => [id, counts]));
}

/** How many subjects of each kind, and targets, rules are evaluated on. */
export async function countScopes(db: Queryable): Promise<Readonly<Record<'engine' | 'gpu' | 'target', number>>> {
  const { rows } = await db.query<{ engine: number; gpu: number; target: number }>(
    `SELECT count(*) FILTER (WHERE u.kind = 'engine') AS engine, count(*) FILTER (WHERE u.kind = 'gpu') AS gpu,
            (SELECT count(*) FROM target WHERE removed_at IS NULL) AS target
     FROM subject u JOIN target t ON t.id = u.target_id WHERE t.removed_at IS NULL`,
  );
  return rows[0] ?? { engine: 0, gpu: 0, target: 0 };
}
