import type { RecognisedHead, Target, TargetDetail, TargetList } from '#lib/api/targets.ts';
import { type FastPoll, loadFastPolls } from '#lib/db/fast-polling.ts';
import { loadRecognised, loadRecognisedHeads, loadScrapes, loadUpShares, type TargetView } from '#lib/db/fleet.ts';
import { type FleetState, loadFleet, targetHealth } from '#lib/db/fleet-state.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';
import { sloInputOf } from '#lib/target/slo-input.ts';

const HOUR_MS = 3_600_000;
const SHOWN_SCRAPES = 50;

/** `GET /targets` */
export async function listTargetViews(context: ServiceContext): Promise<TargetList> {
  const fleet = await loadFleet(context);
  const [shares, recognised, fast] = await Promise.all([
    sharesOf(context, fleet),
    loadRecognisedHeads(context.pool),
    loadFastPolls(context.pool, fleet.nowMs),
  ]);
  const items = fleet.targets.map((view) =>
    describeTarget(fleet, view, {
      upShare1h: shares.get(view.id) ?? null,
      recognised: recognised.get(view.id) ?? null,
      fast: fastOf(fast.get(view.id)),
    }),
  );
  return { atMs: fleet.nowMs, items, nextCursor: null };
}

/** `GET /targets/{id}` */
export async function getTargetView(context: ServiceContext, id: number): Promise<TargetDetail> {
  const fleet = await loadFleet(context);
  const view = fleet.targets.find((target) => target.id === id);
  if (view === undefined) throw new AppError('not-found', `no target ${id}`);
  const [shares, recognised, scrapes, fast] = await Promise.all([
    sharesOf(context, fleet),
    loadRecognised(context.pool, [id]),
    loadScrapes(context.pool, id, SHOWN_SCRAPES),
    loadFastPolls(context.pool, fleet.nowMs),
  ]);
  const all = recognised.get(id) ?? null;
  const facts = { upShare1h: shares.get(id) ?? null, recognised: all, fast: fastOf(fast.get(id)) };
  return { ...describeTarget(fleet, view, facts), recognised: all, scrapes: [...scrapes] };
}

function sharesOf(context: ServiceContext, fleet: FleetState): Promise<ReadonlyMap<number, number>> {
  return loadUpShares(context.pool, fleet.nowMs - HOUR_MS);
}

function fastOf(fast: FastPoll | undefined): Target['fast'] {
  return fast === undefined ? null : { intervalMs: fast.intervalMs, sinceMs: fast.sinceMs, reason: fast.reason };
}

type Facts = Pick<Target, 'upShare1h' | 'fast'> & { readonly recognised: RecognisedHead | null };

function describeTarget(fleet: FleetState, view: TargetView, facts: Facts): Target {
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
    slo: view.slo === null ? null : sloInputOf(view.slo),
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
    ...facts,
    subjects: fleet.subjects
      .filter((subject) => subject.targetId === view.id)
      .map((subject) => ({ id: subject.id, kind: subject.kind, name: subject.name })),
  };
}
