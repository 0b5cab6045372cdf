import type { AlertGroups, AlertGroupsQuery } from '#lib/api/alert-groups.ts';
import { summariseGroups } from '#lib/db/alert-groups.ts';
import { loadQuiet } from '#lib/db/quiet.ts';
import { pickOf } from '#lib/service/alert-pick.ts';
import type { ServiceContext } from '#lib/service/context.ts';

/** `GET /alerts/groups`: what each group of the filter holds, whether its alerts are loaded or not. */
export async function groupAlertViews(context: ServiceContext, query: AlertGroupsQuery): Promise<AlertGroups> {
  const nowMs = context.clock();
  const { by, ...filter } = query;
  const pick = pickOf(filter, nowMs);
  const quiet = await loadQuiet(context.pool, nowMs);
  return { atMs: nowMs, items: [...(await summariseGroups(context.pool, by, pick, quiet, nowMs))] };
}
