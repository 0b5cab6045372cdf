import type { LeakFacts } from '#lib/detect/leak-judgement.ts';
import type { MemoryFloor } from '#lib/detect/memory-floors.ts';
import { median } from '#lib/detect/order-statistics.ts';

/** A fall counts as a release when it is this many times as large as the usual change from floor to floor. */
const RELEASE_CHANGES = 3;
const RELEASE_QUANTA = 4;

/**
 * The lowest floor of every phase between two releases of memory: a collector or an allocator that gives back all it can
 * now and then leaves a saw-tooth, of which only the troughs may be compared (patent US 9104563: growth between
 * collections). The phase that began before the first floor is left out. [] where nothing is released.
 */
export function troughsOf(floors: readonly MemoryFloor[], facts: LeakFacts): readonly MemoryFloor[] {
  const bytes = floors.map((floor) => floor.bytes - facts.bytesPerLoad * (floor.load ?? 0));
  const changes = bytes.slice(1).map((value, i) => value - (bytes[i] ?? 0));
  const usual = median(changes.map(Math.abs)) ?? 0;
  const least = Math.max(RELEASE_QUANTA * facts.quantumBytes, RELEASE_CHANGES * usual);
  const troughs: MemoryFloor[] = [];
  let lowest = Number.POSITIVE_INFINITY;
  for (const [i, change] of changes.entries()) {
    const [floor, value] = [floors[i + 1], bytes[i + 1] ?? 0];
    if (floor === undefined) continue;
    if (change < -least) troughs.push(floor);
    else if (troughs.length > 0 && value < lowest) troughs[troughs.length - 1] = floor;
    else continue;
    lowest = value;
  }
  return troughs;
}
