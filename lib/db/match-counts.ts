import type { Matcher } from '#lib/alerts/matchers.ts';
import type { Queryable } from '#lib/db/alerts.ts';
import { matchersSql } from '#lib/db/matchers-sql.ts';
import { SqlValues } from '#lib/db/sql-values.ts';

/** How many open alerts each list of matchers matches, in the order given; with `sinceMs` also those that ended since. */
export async function countMatches(
  db: Queryable,
  lists: readonly (readonly Matcher[])[],
  sinceMs: number | null = null,
): Promise<readonly number[]> {
  if (lists.length === 0) return [];
  const values = new SqlValues();
  const counts = lists.map((matchers) => `count(*) FILTER (WHERE ${matchersSql(matchers, values)})`);
  const ended = sinceMs === null ? '' : `OR a.resolved_at_ms >= ${values.add(Math.floor(sinceMs))}`;
  const { rows } = await db.query<{ counts: readonly number[] }>(
    `SELECT ARRAY[${counts.join(', ')}]::float8[] AS counts FROM alert a WHERE a.resolved_at_ms IS NULL ${ended}`,
    values.list,
  );
  return rows[0]?.counts ?? lists.map(() => 0);
}

/** How many alerts that fired since `fromMs` the matchers match. */
export async function countFiredMatches(db: Queryable, matchers: readonly Matcher[], fromMs: number): Promise<number> {
  const values = new SqlValues();
  const { rows } = await db.query<{ n: number }>(
    `SELECT count(*) AS n FROM alert a WHERE a.fired_at_ms >= ${values.add(Math.floor(fromMs))} AND ${matchersSql(matchers, values)}`,
    values.list,
  );
  return rows[0]?.n ?? 0;
}
