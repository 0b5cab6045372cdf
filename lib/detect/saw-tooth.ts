import type { MemoryFloor } from '#lib/detect/memory-floors.ts';
import { median } from '#lib/detect/order-statistics.ts';

/** A fall counts as a release when it is this many times as large as the usual change from floor to floor. */
const RELEASE_CHANGES = 2;
const RELEASE_QUANTA = 4;
const FEWEST_RELEASES = 3;
/** A release may hide in a pause of this many usual distances between floors. */
const PAUSE_DISTANCES = 2.5;

export type SawTooth = {
  /** The floors of which it is known when memory was last given back. */
  readonly floors: readonly MemoryFloor[];
  /** Hours since then, for each of them. */
  readonly hoursSince: Float64Array;
};

/**
 * A collector or an allocator that gives back all it can now and then leaves a saw-tooth: growth within a tooth is no
 * leak, only growth from tooth to tooth is (patent US 9104563). With the time since the last release beside time itself a
 * fit tells the two apart. Floors before the first release, and after a pause until the next one, are left out. null with
 * fewer than three releases. `bytes` are those of the floors, load taken out.
 */
export function sawTooth(
  floors: readonly MemoryFloor[],
  bytes: readonly number[],
  quantumBytes: number,
): SawTooth | null {
  const changes = bytes.slice(1).map((value, i) => value - (bytes[i] ?? 0));
  const distances = floors.slice(1).map((floor, i) => floor.atMs - (floors[i]?.atMs ?? 0));
  const usualChange = median(changes.map(Math.abs)) ?? 0;
  const pauseMs = PAUSE_DISTANCES * (median(distances) ?? 0);
  const least = Math.max(RELEASE_QUANTA * quantumBytes, RELEASE_CHANGES * usualChange);
  const known: MemoryFloor[] = [];
  const hours: number[] = [];
  let [releasedMs, releases] = [null as number | null, 0];
  for (const [i, floor] of floors.entries()) {
    const isAfterPause = (distances[i - 1] ?? 0) > pauseMs;
    if (isAfterPause) releasedMs = null;
    if (!isAfterPause && (changes[i - 1] ?? 0) < -least) {
      releasedMs = floor.atMs;
      releases += 1;
    }
    if (releasedMs === null) continue;
    known.push(floor);
    hours.push((floor.atMs - releasedMs) / 3_600_000);
  }
  return releases < FEWEST_RELEASES ? null : { floors: known, hoursSince: Float64Array.from(hours) };
}
