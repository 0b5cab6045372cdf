import type { MemoryReading } from '#lib/detect/memory-point.ts';

/** Readings further apart say nothing about a direct response to the load. */
const MOST_APART_MS = 5 * 60_000;
const FEWEST_CHANGES = 20;
/** Changes in the same direction against changes in the opposite one, in standard deviations. */
const LEAST_Z = 4;

/**
 * Bytes that memory rises by for one unit of load, from the changes between neighbouring readings: the slope through 0
 * that minimises absolute errors, so that buffers and steps do not move it, and a slow trend cannot enter it. 0 where
 * memory does not follow the load at once. `readings` oldest first.
 */
export function memoryPerLoad(readings: readonly MemoryReading[]): number {
  const ratios: { readonly ratio: number; readonly weight: number }[] = [];
  let [same, opposite] = [0, 0];
  for (let i = 1; i < readings.length; i += 1) {
    const [before, after] = [readings[i - 1], readings[i]];
    if (before === undefined || after === undefined || after.atMs - before.atMs > MOST_APART_MS) continue;
    const load = (after.load ?? Number.NaN) - (before.load ?? Number.NaN);
    if (Number.isNaN(load) || load === 0) continue;
    const ratio = (after.bytes - before.bytes) / load;
    ratios.push({ ratio, weight: Math.abs(load) });
    if (ratio > 0) same += 1;
    if (ratio < 0) opposite += 1;
  }
  if (ratios.length < FEWEST_CHANGES || same - opposite < LEAST_Z * Math.sqrt(same + opposite)) return 0;
  return weightedMedian(ratios);
}

function weightedMedian(ratios: readonly { readonly ratio: number; readonly weight: number }[]): number {
  const sorted = ratios.toSorted((a, b) => a.ratio - b.ratio);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let sum = 0;
  for (const { ratio, weight } of sorted) {
    sum += weight;
    if (sum >= half) return ratio;
  }
  return 0;
}
