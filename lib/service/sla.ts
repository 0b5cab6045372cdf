import type { SlaAnswer, SlaEngine } from '#lib/api/sla.ts';
import { loadUpShares } from '#lib/db/fleet.ts';
import { type FleetSubject, sloOf } from '#lib/db/fleet-state.ts';
import { countSlo, sloWindows } from '#lib/db/measure-slo.ts';
import { loadSlaFigures } from '#lib/db/sla-figures.ts';
import { NO_MINUTES, type SlaFigures } from '#lib/runs/sla-figures.ts';
import { countAgainst, measureSlo, type SloCounts, sharesWithin } from '#lib/series/measure-slo.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { openBatches } from '#lib/service/open-batches.ts';
import { sharedFleet } from '#lib/service/shared-fleet.ts';
import { sharedLoad } from '#lib/service/shared-load.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Those of the burn rules. */
const BURN_WINDOWS = [5 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 6 * HOUR_MS, DAY_MS, 3 * DAY_MS];
const GOODPUT_MS = HOUR_MS;

/** `GET /sla`: what is promised of each engine, how it was kept, what is left of its budget, and the batches that are open. */
export function slaOf(context: ServiceContext): Promise<SlaAnswer> {
  return sharedLoad(context, 'sla', () => loadSla(context));
}

type Counted = ReadonlyMap<number, SloCounts>;
type Windows = Awaited<ReturnType<typeof sloWindows>>;

async function loadSla(context: ServiceContext): Promise<SlaAnswer> {
  const fleet = await sharedFleet(context);
  const { nowMs } = fleet;
  const engines = fleet.subjects.filter(({ kind }) => kind === 'engine');
  const [figures, upShares, goodput, budgets, batches] = await Promise.all([
    loadSlaFigures(context.pool, fleet),
    loadUpShares(context.pool, nowMs - DAY_MS),
    sloWindows(context, engines, GOODPUT_MS, nowMs, 'all'),
    countSlo(context, engines, null, nowMs),
    openBatches(context),
  ]);
  const burns: (readonly [number, Counted])[] = [];
  for (const windowMs of BURN_WINDOWS) burns.push([windowMs, await countSlo(context, engines, windowMs, nowMs)]);
  const of = (engine: FleetSubject): SlaEngine => ({
    id: engine.id,
    name: engine.name,
    promise: promiseOf(engine),
    sla: slaView(figures.get(engine.id)),
    availability: upShares.get(engine.targetId) ?? null,
    goodput: goodputOf(engine, goodput),
    budget: budgetOf(budgets.get(engine.id)),
    burn: burns.map(([windowMs, counted]) => burnOf(windowMs, counted.get(engine.id))),
  });
  return { atMs: nowMs, engines: engines.map(of), batches: [...batches] };
}

function promiseOf(engine: FleetSubject): SlaEngine['promise'] {
  const { parts, promisedBy, objective, windowMs, requestsPerSecond } = sloOf(engine);
  const latencies = parts.map(({ name, bound }) => ({ name, seconds: bound }));
  return { promisedBy, objective, windowMs, requestsPerSecond, latencies };
}

function slaView(figures: SlaFigures | undefined): SlaEngine['sla'] {
  if (figures === undefined)
    return {
      compliance: null,
      basis: 'unstated',
      reason: 'not counted yet',
      minutes: { ...NO_MINUTES },
      batches: null,
    };
  const { compliance, basis, reason, minutes, batches } = figures;
  const counts = batches === null ? null : { inTime: batches.inTime, late: batches.late, open: batches.open };
  return { compliance, basis, reason, minutes: { ...minutes }, batches: counts };
}

function goodputOf(engine: FleetSubject, windows: Windows): SlaEngine['goodput'] {
  const slo = sloOf(engine);
  const windowOf = windows.get(engine.id) ?? (() => undefined);
  const shares = sharesWithin(slo, windowOf);
  const counts = countAgainst(slo, windowOf);
  const joint = measureSlo('goodput', counts === null ? [] : [counts]);
  return {
    windowMs: GOODPUT_MS,
    requests: counts?.requests ?? null,
    latencies: slo.parts.map(({ name, bound }, i) => ({
      name,
      seconds: bound,
      atLeast: shares[i]?.atLeast ?? null,
      atMost: shares[i]?.atMost ?? null,
    })),
    atLeast: joint.min,
    atMost: joint.max,
  };
}

function budgetOf(counts: SloCounts | undefined): SlaEngine['budget'] {
  const left = measureSlo('budget-left', counts === undefined ? [] : [counts]);
  return {
    left: left.mean,
    leftAtLeast: left.min,
    requests: counts?.requests ?? null,
    slow: counts?.slowAtLeast ?? null,
  };
}

function burnOf(windowMs: number, counts: SloCounts | undefined): SlaEngine['burn'][number] {
  const burn = measureSlo('burn', counts === undefined ? [] : [counts]);
  return {
    windowMs,
    rate: burn.mean,
    most: burn.max,
    requests: counts?.requests ?? null,
    slow: counts?.slowAtLeast ?? null,
  };
}
