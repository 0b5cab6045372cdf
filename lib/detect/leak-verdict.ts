import { type FloorSeries, floorSeries, HOUR_MS, hoursOf, MIB, unloadedBytes } from '#lib/detect/floor-series.ts';
import type { ModelFit } from '#lib/detect/growth-models.ts';
import { type GrowthSlope, growthSlope } from '#lib/detect/growth-slope.ts';
import { decideLeak, type LeakCase } from '#lib/detect/leak-decision.ts';
import type { FloorsPer, LeakFacts, LeakJudgement } from '#lib/detect/leak-judgement.ts';
import type { MemoryFloor } from '#lib/detect/memory-floors.ts';
import { median } from '#lib/detect/order-statistics.ts';
import { timeToLimit } from '#lib/detect/time-to-limit.ts';

/** Report 003's three batches, with the floor before the first. */
const FEWEST = { batch: 4, window: 5 } as const;
/** Growth is no matter when it takes longer than this to the limit, within reason; where no limit is known, 10 MiB/h. */
const MATTER_HOURS = 7 * 24;
const MATTER_MIB_PER_HOUR = { least: 3, most: 20, unknownLimit: 10 } as const;
const MATTER_MIB_PER_BATCH = 8;

export type LeakHistory = Pick<LeakJudgement, 'restarts' | 'warmUp'>;
const NO_HISTORY: LeakHistory = { restarts: [], warmUp: null };

/**
 * Judges floors of one process's memory, oldest first, since its warm-up and without a restart in between (DESIGN §6,
 * algorithms §6). `leak` needs all of:
 * - the best model by BIC rises at its end, and leads every level model by 6 (after a warm-up by 8 those without a step, 12
 *   where the rise began in between or memory took a step down after a warm-up, 15 up to 32 MiB/h); a cache that fills up
 *   exponentially is such a level model, which a line has to beat;
 * - one-sided Hamed–Rao Mann–Kendall p < 0.01 per batch (0.05 with four floors), 0.001 per window;
 * - a Theil–Sen interval whose lower bound is above a third of the slope (0.6 after a warm-up), above the quantum over the
 *   span and 1 MiB, and adds 8 MiB over it;
 * - both halves still grow, a step does not give it back, it is more than a tenth of the warm-up, and memory that was given
 *   back of late is part of a saw-tooth that the model knows;
 * - per window 2.25 h since the bend (1 after a warm-up has faded, 6 up to 32 MiB/h, 18 where the load is unknown).
 * `plateau`: a step or a ramp that ended. `load-driven`: memory follows the load. `none`: level, and even the interval's
 * upper bound is no matter. Otherwise `inconclusive`, with the number of floors that are missing.
 */
export function judgeFloors(
  floorsPer: FloorsPer,
  allFloors: readonly MemoryFloor[],
  facts: LeakFacts,
  history: LeakHistory = NO_HISTORY,
): LeakJudgement {
  const fitted = floorSeries(floorsPer, allFloors, facts);
  const { floors, series, watchedBesideH } = fitted;
  const models = fitted.fits?.models ?? [];
  const [best, last] = [models[0], floors.at(-1)];
  const growth = best === undefined ? null : growthSlope(series, best);
  const base = {
    floorsPer,
    floors,
    ...history,
    quantumBytes: facts.quantumBytes,
    reservedBytes: facts.reservedBytes,
  };
  if (best === undefined || growth === null || last === undefined || floors.length < FEWEST[floorsPer]) {
    return { ...base, ...tooFew(floors, floorsPer, facts) };
  }
  const matter = matterOf(floorsPer, facts, last.bytes);
  const followsLoad = loadMattersIn(floors, facts);
  const isLoadKnown = floors.every((floor) => floor.load !== null);
  const released = releasedBefore(last, facts);
  const decision = decideLeak({
    floorsPer,
    isLoadKnown,
    watchedBesideH,
    released,
    models,
    best,
    growth,
    matter,
    followsLoad,
  });
  const perHour = floorsPer === 'window' ? growth : growthSlope({ ...series, times: hoursOf(floors) }, best);
  const floorNowBytes = levelNow(fitted, growth, last, facts);
  const slope = perHour?.slope ?? null;
  const inBytes = slope && { estimate: slope.estimate * MIB, low: slope.low * MIB, high: slope.high * MIB };
  return {
    ...base,
    ...decision,
    model: modelOf(models, best, floors, facts),
    slopeMibPerHour: slope,
    slopeMibPerBatch: floorsPer === 'batch' ? growth.slope : null,
    pValue: growth.pValue,
    timeToLimit:
      decision.verdict === 'leak'
        ? timeToLimit(facts.limitBytes, floorNowBytes, inBytes, facts.nowMs - last.atMs)
        : { known: false, reason: `the verdict is ${decision.verdict}` },
    floorNowBytes,
    aboveReservedBytes: aboveReserved(floorNowBytes, facts),
  };
}

function tooFew(floors: readonly MemoryFloor[], floorsPer: FloorsPer, facts: LeakFacts) {
  const floorNowBytes = floors.at(-1)?.bytes ?? null;
  return {
    verdict: 'inconclusive',
    reason: `${floors.length} floors, ${FEWEST[floorsPer]} are needed`,
    model: null,
    slopeMibPerHour: null,
    slopeMibPerBatch: null,
    pValue: null,
    timeToLimit: { known: false, reason: 'too few floors' },
    floorNowBytes,
    aboveReservedBytes: aboveReserved(floorNowBytes, facts),
    moreFloors: Math.max(1, FEWEST[floorsPer] - floors.length),
  } as const;
}

function modelOf(
  models: readonly ModelFit[],
  best: ModelFit,
  floors: readonly MemoryFloor[],
  facts: LeakFacts,
): LeakJudgement['model'] {
  const timeOf = (index: number): number => floors[index]?.atMs ?? facts.nowMs;
  const hasStep = best.step !== null && best.stepIndex !== null;
  return {
    shape: best.shape,
    beside: best.beside,
    sinceMs: timeOf(best.since),
    step: hasStep ? { atMs: timeOf(best.stepIndex), bytes: best.step * MIB } : null,
    bytesPerLoad: facts.bytesPerLoad + (best.beside === 'load' ? best.perBeside * MIB : 0),
    candidates: models.map(({ shape, beside, bic }) => ({ shape, beside, bic })),
  };
}

/** The fitted level at the last floor under the usual load. */
function levelNow({ floors, series }: FloorSeries, growth: GrowthSlope, last: MemoryFloor, facts: LeakFacts): number {
  const usualLoad = median(floors.map((floor) => floor.load ?? 0)) ?? 0;
  const offTheFit = growth.levelNow - (series.values.at(-1) ?? 0);
  return unloadedBytes(last, facts) + offTheFit * MIB + facts.bytesPerLoad * usualLoad;
}

function releasedBefore(last: MemoryFloor, { releases = [] }: LeakFacts): LeakCase['released'] {
  const newest = releases.at(-1);
  if (newest === undefined) return null;
  const mib = releases.reduce((sum, { bytes }) => sum + bytes / MIB, 0);
  return { hoursAgo: (last.atMs - newest.atMs) / HOUR_MS, mib };
}

/** Whether the known response to the load moved the floors by more than rounding does. */
function loadMattersIn(floors: readonly MemoryFloor[], { bytesPerLoad, quantumBytes }: LeakFacts): boolean {
  const loads = floors.map((floor) => floor.load ?? 0);
  return bytesPerLoad * (Math.max(...loads) - Math.min(...loads)) > 2 * quantumBytes;
}

function matterOf(floorsPer: FloorsPer, facts: LeakFacts, floorNowBytes: number): number {
  if (floorsPer === 'batch') return MATTER_MIB_PER_BATCH + facts.quantumBytes / MIB;
  const { least, most, unknownLimit } = MATTER_MIB_PER_HOUR;
  if (facts.limitBytes === null) return unknownLimit;
  return Math.max(least, Math.min(most, (facts.limitBytes - floorNowBytes) / MIB / MATTER_HOURS));
}

function aboveReserved(bytes: number | null, { reservedBytes }: LeakFacts): number | null {
  return bytes === null || reservedBytes === null ? null : bytes - reservedBytes;
}
