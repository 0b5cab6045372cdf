import type { AlertList, AlertsQuery } from '#lib/api/alerts.ts';
import { countAlerts, type ListCursor, listAlerts } from '#lib/db/alert-list.ts';
import { loadQuiet } from '#lib/db/quiet.ts';
import { pickOf } from '#lib/service/alert-pick.ts';
import { toSummary } from '#lib/service/alert-summary.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';

/** `GET /alerts`: one page in list order, and counts of everything that the filter selects. */
export async function listAlertViews(context: ServiceContext, query: AlertsQuery): Promise<AlertList> {
  const nowMs = context.clock();
  const { cursor, limit, ...filter } = query;
  const pick = pickOf(filter, nowMs);
  const after = cursor === undefined ? null : parseCursor(cursor);
  const quiet = await loadQuiet(context.pool, nowMs);
  const [page, counts] = await Promise.all([
    listAlerts(context.pool, pick, quiet, nowMs, { after, limit }),
    countAlerts(context.pool, pick, quiet, nowMs),
  ]);
  return {
    atMs: nowMs,
    items: page.rows.map((row) => toSummary(row, quiet, nowMs)),
    nextCursor: page.next === null ? null : `${page.next.rank}.${page.next.id}`,
    counts: { ...counts, bySeverity: { ...counts.bySeverity } },
  };
}

function parseCursor(text: string): ListCursor {
  const found = /^(\d{1,2})\.(\d{1,15})$/.exec(text);
  if (found === null)
    throw new AppError('invalid', 'cursor is not one that this list gave', [
      { path: 'cursor', message: 'expected the nextCursor of an earlier answer' },
    ]);
  return { rank: Number(found[1]), id: Number(found[2]) };
}
