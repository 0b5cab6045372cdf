import type { Target, TargetDetail, TargetList } from '#lib/api/targets.ts';
import { loadRecognised, loadScrapes, loadUpShares, type TargetView } from '#lib/db/fleet.ts';
import { type FleetState, loadFleet, targetHealth } from '#lib/db/fleet-state.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';

const HOUR_MS = 3_600_000;
const SHOWN_SCRAPES = 50;

/** `GET /targets` */
export async function listTargetViews(context: ServiceContext): Promise<TargetList> {
  const fleet = await loadFleet(context);
  return { atMs: fleet.nowMs, items: await describeTargets(context, fleet, fleet.targets), nextCursor: null };
}

/** `GET /targets/{id}` */
export async function getTargetView(context: ServiceContext, id: number): Promise<TargetDetail> {
  const fleet = await loadFleet(context);
  const [target] = await describeTargets(
    context,
    fleet,
    fleet.targets.filter((view) => view.id === id),
  );
  if (target === undefined) throw new AppError('not-found', `no target ${id}`);
  return { ...target, scrapes: [...(await loadScrapes(context.pool, id, SHOWN_SCRAPES))] };
}

async function describeTargets(
  context: ServiceContext,
  fleet: FleetState,
  views: readonly TargetView[],
): Promise<Target[]> {
  const [shares, recognised] = await Promise.all([
    loadUpShares(context.pool, fleet.nowMs - HOUR_MS),
    loadRecognised(
      context.pool,
      views.map((view) => view.id),
    ),
  ]);
  return views.map((view) => {
    const health = targetHealth(view, fleet.nowMs);
    return {
      id: view.id,
      name: view.name,
      source: view.source,
      url: view.url,
      intervalMs: view.intervalMs,
      labels: view.labels,
      baselineRps: view.baselineRps,
      maxRunning: view.maxRunning,
      profile: view.profile,
      gpus: view.gpus,
      origin: view.origin,
      readOnly: view.origin !== 'api' && view.origin !== 'found',
      hasAuth: view.hasAuth,
      paused: view.paused,
      health: { state: health.state, reason: health.reason, lastScrapeMs: view.lastAtMs },
      lastScrape:
        view.lastAtMs === null
          ? null
          : {
              atMs: view.lastAtMs,
              ok: view.ok ?? false,
              durationMs: view.durationMs ?? 0,
              bytes: view.bytes ?? 0,
              samples: view.samples ?? 0,
              errorKind: view.errorKind,
              message: view.message,
            },
      upShare1h: shares.get(view.id) ?? null,
      recognised: recognised.get(view.id) ?? null,
      subjects: fleet.subjects
        .filter((subject) => subject.targetId === view.id)
        .map((subject) => ({ id: subject.id, kind: subject.kind, name: subject.name })),
    };
  });
}
