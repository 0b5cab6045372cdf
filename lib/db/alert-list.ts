import type { Quiet } from '#lib/alerts/handling.ts';
import { type AlertPick, handlingSql, pickSql } from '#lib/db/alert-filter.ts';
import { type AlertRow, loadAlertRows, type Queryable } from '#lib/db/alerts.ts';
import { SqlValues } from '#lib/db/sql-values.ts';
import { SEVERITIES } from '#lib/rules/rule.ts';

/** Where a page ended: the rank and the id of its last alert. */
export type ListCursor = { readonly rank: number; readonly id: number };

/** What nobody has before what is quiet, severe first, firing before pending of the same severity; resolved ones last. */
const rankSql = (isOpen: string): string => `CASE WHEN a.resolved_at_ms IS NOT NULL THEN 0
  ELSE 10 * (${isOpen})::int + 2 * array_position(ARRAY[${SEVERITIES.map((severity) => `'${severity}'`).join(', ')}], a.severity)
    + (a.fired_at_ms IS NOT NULL)::int END`;

export type AlertPage = { readonly rows: readonly AlertRow[]; readonly next: ListCursor | null };

/** One page of what the pick selects, in list order. */
export async function listAlerts(
  db: Queryable,
  pick: AlertPick,
  quiet: Quiet,
  nowMs: number,
  page: { readonly after: ListCursor | null; readonly limit: number },
): Promise<AlertPage> {
  const values = new SqlValues();
  const where = pickSql(pick, quiet, nowMs, values);
  const onlyResolved = pick.states.every((state) => state === 'resolved');
  const rank = onlyResolved ? '0' : rankSql(`${handlingSql(quiet, nowMs, values)} = 'open'`);
  const after =
    page.after === null ? '' : `AND (${rank}, a.id) < (${values.add(page.after.rank)}, ${values.add(page.after.id)})`;
  const { rows } = await db.query<ListCursor>(
    `SELECT ${rank} AS rank, a.id FROM alert a WHERE ${where} ${after}
     ORDER BY ${onlyResolved ? '' : '1 DESC,'} a.id DESC LIMIT ${values.add(page.limit + 1)}`,
    values.list,
  );
  const shown = rows.slice(0, page.limit);
  const byId = new Map(
    (
      await loadAlertRows(
        db,
        shown.map((row) => row.id),
      )
    ).map((row) => [row.id, row]),
  );
  return {
    rows: shown.flatMap(({ id }) => byId.get(id) ?? []),
    next: rows.length > page.limit ? (shown.at(-1) ?? null) : null,
  };
}

export type AlertCounts = {
  readonly total: number;
  /** Fired and not resolved. */
  readonly firing: number;
  /** Of those, the ones that nobody acknowledged and nothing mutes. */
  readonly unacked: number;
  readonly bySeverity: Readonly<Record<string, number>>;
};

/** Counts of everything that the pick selects. */
export async function countAlerts(db: Queryable, pick: AlertPick, quiet: Quiet, nowMs: number): Promise<AlertCounts> {
  const values = new SqlValues();
  const where = pickSql(pick, quiet, nowMs, values);
  const isFiring = 'a.resolved_at_ms IS NULL AND a.fired_at_ms IS NOT NULL';
  const { rows } = await db.query<{ severity: string; total: number; firing: number; unacked: number }>(
    `SELECT a.severity, count(*) AS total, count(*) FILTER (WHERE ${isFiring}) AS firing,
            count(*) FILTER (WHERE ${isFiring} AND ${handlingSql(quiet, nowMs, values)} = 'open') AS unacked
     FROM alert a WHERE ${where} GROUP BY 1`,
    values.list,
  );
  const sum = (pickCount: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((total, row) => total + pickCount(row), 0);
  return {
    total: sum((row) => row.total),
    firing: sum((row) => row.firing),
    unacked: sum((row) => row.unacked),
    bySeverity: Object.fromEntries(rows.map((row) => [row.severity, row.total])),
  };
}
