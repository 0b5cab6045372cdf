import { fitGrowthModels, type GrowthFits, type GrowthSeries } from '#lib/detect/growth-models.ts';
import type { FloorsPer, LeakFacts } from '#lib/detect/leak-judgement.ts';
import { type MemoryFloor, thinFloors } from '#lib/detect/memory-floors.ts';
import { type SawTooth, sawTooth } from '#lib/detect/saw-tooth.ts';

export const MIB = 1024 ** 2;
export const HOUR_MS = 3_600_000;
const MOST_FLOORS = 72;
const FEWEST_TO_FIT = 4;
const FEWEST_OF_TEETH = 8;
/** Of the variance of the mean. */
const LEAST_GAIN = 1.5;

export type FloorSeries = {
  /** Thinned. */
  readonly floors: readonly MemoryFloor[];
  readonly series: GrowthSeries;
  /** Hours of floors before and after those, which tell nothing of a saw-tooth's height but were watched all the same. */
  readonly watchedBesideH: { readonly before: number; readonly after: number };
  /** null with too few floors. */
  readonly fits: GrowthFits | null;
};

/**
 * Floors as a series to fit. Where they show a saw-tooth, the time since the last release takes the place of the load
 * beside them, when that leaves less of them unexplained.
 */
export function floorSeries(floorsPer: FloorsPer, all: readonly MemoryFloor[], facts: LeakFacts): FloorSeries {
  const floors = thinFloors(all, MOST_FLOORS, facts.bytesPerLoad);
  const series = seriesOf(floors, floorsPer, facts);
  if (floors.length < FEWEST_TO_FIT) return { floors, series, watchedBesideH: NOTHING, fits: null };
  const plain = { floors, series, watchedBesideH: NOTHING, fits: fitGrowthModels(series) };
  if (floorsPer === 'batch') return plain;
  const plainFloors = floors.map((floor) => ({ atMs: floor.atMs, bytes: unloadedBytes(floor, facts) }));
  const tooth = sawTooth(plainFloors, facts.releases ?? []);
  if (tooth === null || tooth.places.length < FEWEST_OF_TEETH) return plain;
  const kept = tooth.places.flatMap((place) => floors[place] ?? []);
  const toothed = {
    ...seriesOf(kept, floorsPer, facts),
    covariate: { kind: 'tooth', values: tooth.hoursSince, usual: tooth.bytesPerHour / MIB },
  } as const;
  const fits = fitGrowthModels(toothed);
  const isBetter = fits.noiseOfMean * LEAST_GAIN < plain.fits.noiseOfMean;
  if (!isBetter || mayBeTwoTeeth(tooth, fits)) return plain;
  return { floors: kept, series: toothed, watchedBesideH: besideH(floors, kept), fits };
}

/** Under a step a release may hide, and two teeth seem one half as steep: the other half of their rise would seem a leak. */
function mayBeTwoTeeth({ wholeTeeth }: SawTooth, { models: [best] }: GrowthFits): boolean {
  return wholeTeeth === 1 && best !== undefined && best.step !== null && best.slope > best.perBeside / 2;
}

const NOTHING = { before: 0, after: 0 } as const;

function besideH(all: readonly MemoryFloor[], kept: readonly MemoryFloor[]): FloorSeries['watchedBesideH'] {
  const before = (kept[0]?.atMs ?? 0) - (all[0]?.atMs ?? 0);
  const after = (all.at(-1)?.atMs ?? 0) - (kept.at(-1)?.atMs ?? 0);
  return { before: before / HOUR_MS, after: after / HOUR_MS };
}

/** MiB over hours (per window) or over the number of the batch, what is known of the load's share taken out. */
function seriesOf(floors: readonly MemoryFloor[], floorsPer: FloorsPer, facts: LeakFacts): GrowthSeries {
  const loads = floors.map((floor) => floor.load).filter((load) => load !== null);
  const bytes = floors.map((floor) => unloadedBytes(floor, facts));
  return {
    times: floorsPer === 'batch' ? Float64Array.from(floors.keys()) : hoursOf(floors),
    isInHours: floorsPer === 'window',
    values: Float64Array.from(bytes, (one) => (one - (bytes[0] ?? 0)) / MIB),
    covariate: loads.length === floors.length ? { kind: 'load', values: Float64Array.from(loads), usual: null } : null,
    quantum: facts.quantumBytes / MIB,
  };
}

/** Hours since the first floor. */
export function hoursOf(floors: readonly MemoryFloor[]): Float64Array {
  const firstMs = floors[0]?.atMs ?? 0;
  return Float64Array.from(floors, (floor) => (floor.atMs - firstMs) / HOUR_MS);
}

/** Memory with the known share of the load taken out. */
export function unloadedBytes(floor: MemoryFloor, { bytesPerLoad }: LeakFacts): number {
  return floor.bytes - bytesPerLoad * (floor.load ?? 0);
}
