import { printMatchers } from '#lib/alerts/matchers.ts';
import { openUntilMs } from '#lib/alerts/schedule.ts';
import type { MaintenanceInput, MaintenanceList, MaintenancePatch, MaintenanceView } from '#lib/api/silences.ts';
import {
  findMaintenance,
  insertMaintenance,
  loadMaintenance,
  type MaintenanceRow,
  removeMaintenance,
  updateMaintenance,
} from '#lib/db/maintenance.ts';
import { countMatches } from '#lib/db/match-counts.ts';
import type { Actor } from '#lib/service/access.ts';
import { change } from '#lib/service/change.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';
import { checkSpan } from '#lib/service/silences.ts';

/** `GET /maintenance` */
export async function listMaintenanceViews(context: ServiceContext): Promise<MaintenanceList> {
  return { items: await viewsOf(context, await loadMaintenance(context.pool)), nextCursor: null };
}

/** `POST /maintenance` */
export async function createMaintenance(
  context: ServiceContext,
  actor: Actor,
  input: MaintenanceInput,
): Promise<MaintenanceView> {
  const nowMs = context.clock();
  checkSchedule(input.schedule, nowMs);
  const id = await change(context, actor, 'silences', async (client) => {
    const created = await insertMaintenance(client, input, actor.name, nowMs);
    return { result: created, deed: deedOf('create', created, input) };
  });
  return oneView(context, id);
}

/** `PATCH /maintenance/{id}`: what is not named stays. */
export async function patchMaintenance(
  context: ServiceContext,
  actor: Actor,
  id: number,
  patch: MaintenancePatch,
): Promise<MaintenanceView> {
  if (patch.schedule !== undefined) checkSchedule(patch.schedule, context.clock());
  await change(context, actor, 'silences', async (client) => {
    const before = await findMaintenance(client, id);
    if (before === null) throw gone(id);
    const { title = before.title, matchers = before.matchers } = patch;
    const { schedule = before.schedule, enabled = before.enabled } = patch;
    if (!(await updateMaintenance(client, id, { title, matchers, schedule, enabled }))) throw gone(id);
    return { result: null, deed: deedOf('change', id, patch) };
  });
  return oneView(context, id);
}

/** `DELETE /maintenance/{id}` */
export async function deleteMaintenance(context: ServiceContext, actor: Actor, id: number): Promise<void> {
  await change(context, actor, 'silences', async (client) => {
    if (!(await removeMaintenance(client, id, context.clock()))) throw gone(id);
    return { result: null, deed: deedOf('remove', id, {}) };
  });
}

function gone(id: number): AppError {
  return new AppError('not-found', `no maintenance window ${id}`);
}

function deedOf(verb: 'create' | 'change' | 'remove', id: number, detail: object) {
  return { action: `maintenance.${verb}`, object: `maintenance ${id}`, detail };
}

function checkSchedule(schedule: MaintenanceInput['schedule'], nowMs: number): void {
  if (schedule.kind !== 'once') return;
  const { startsAtMs, endsAtMs } = schedule;
  checkSpan({ path: 'schedule.endsAtMs', startsAtMs, endsAtMs }, nowMs);
}

async function oneView(context: ServiceContext, id: number): Promise<MaintenanceView> {
  const row = await findMaintenance(context.pool, id);
  const [view] = await viewsOf(context, row === null ? [] : [row]);
  if (view === undefined) throw gone(id);
  return view;
}

async function viewsOf(context: ServiceContext, rows: readonly MaintenanceRow[]): Promise<MaintenanceView[]> {
  const nowMs = context.clock();
  const opening = rows.map((row) => (row.enabled ? openUntilMs(row.schedule, nowMs) : null));
  const open = rows.filter((_, i) => opening[i] !== null);
  const counts = await countMatches(
    context.pool,
    open.map((row) => row.matchers),
  );
  const hitsOf = new Map(open.map((row, i) => [row.id, counts[i] ?? 0]));
  return rows.map((row, i) => ({
    ...row,
    matchersText: printMatchers(row.matchers),
    openUntilMs: opening[i] ?? null,
    hits: hitsOf.get(row.id) ?? 0,
  }));
}
