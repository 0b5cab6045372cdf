import { fitGrowthModels, type GrowthFits, type GrowthSeries } from '#lib/detect/growth-models.ts';
import type { FloorsPer, LeakFacts } from '#lib/detect/leak-judgement.ts';
import { type MemoryFloor, thinFloors } from '#lib/detect/memory-floors.ts';
import { troughsOf } from '#lib/detect/saw-tooth.ts';

export const MIB = 1024 ** 2;
export const HOUR_MS = 3_600_000;
const MOST_FLOORS = 72;
const FEWEST_TO_FIT = 4;
const FEWEST_TEETH = 5;
/** Of the variance of the mean. */
const LEAST_GAIN = 1.5;

export type FloorSeries = {
  /** The floors that stand for all: thinned, or the troughs of a saw-tooth. */
  readonly floors: readonly MemoryFloor[];
  readonly series: GrowthSeries;
  /** null with too few floors. */
  readonly fits: GrowthFits | null;
};

/**
 * Floors as a series to fit. Those of a saw-tooth that is longer than a window rise and fall with it: where joining them
 * to one a tooth makes the whole more certain by half, the joined ones stand for all.
 */
export function floorSeries(floorsPer: FloorsPer, all: readonly MemoryFloor[], facts: LeakFacts): FloorSeries {
  const fitted = (floors: readonly MemoryFloor[]): FloorSeries => {
    const series = seriesOf(floors, floorsPer, facts);
    return { floors, series, fits: floors.length < FEWEST_TO_FIT ? null : fitGrowthModels(series) };
  };
  const thin = thinFloors(all, MOST_FLOORS, facts.bytesPerLoad);
  const whole = fitted(thin);
  if (floorsPer === 'batch' || whole.fits === null) return whole;
  const troughs = troughsOf(thin, facts);
  if (troughs.length < FEWEST_TEETH) return whole;
  const joined = fitted(troughs);
  return joined.fits !== null && joined.fits.noiseOfMean * LEAST_GAIN < whole.fits.noiseOfMean ? joined : whole;
}

/** MiB over hours (per window) or over the number of the batch, what is known of the load's share taken out. */
function seriesOf(floors: readonly MemoryFloor[], floorsPer: FloorsPer, facts: LeakFacts): GrowthSeries {
  const loads = floors.map((floor) => floor.load).filter((load) => load !== null);
  const bytes = floors.map((floor) => unloadedBytes(floor, facts));
  return {
    times: floorsPer === 'batch' ? Float64Array.from(floors.keys()) : hoursOf(floors),
    values: Float64Array.from(bytes, (one) => (one - (bytes[0] ?? 0)) / MIB),
    loads: loads.length === floors.length ? Float64Array.from(loads) : null,
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
