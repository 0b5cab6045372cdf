import type { MemoryReading } from '#lib/detect/memory-point.ts';

const STABLE_RANGE_BYTES = 2 * 1024 ** 2;
const STABLE_MS = 2 * 60_000;
/** vLLM loads weights, profiles and captures graphs first; a pause before this is not the end of it. */
const EARLIEST_MS = 60_000;
const LATEST_MS = 10 * 60_000;

/**
 * When the warm-up that began with the first reading was over (algorithms §6.2): the first time, at least a minute in,
 * from which memory stays within 2 MiB for two minutes; ten minutes after the start when it never does so before.
 * Returns null when the readings end before either. `readings` oldest first.
 */
export function warmUpEndMs(readings: readonly MemoryReading[]): number | null {
  const startMs = readings[0]?.atMs;
  if (startMs === undefined) return null;
  for (const [i, first] of readings.entries()) {
    if (first.atMs < startMs + EARLIEST_MS) continue;
    if (first.atMs >= startMs + LATEST_MS) return startMs + LATEST_MS;
    let [low, high] = [first.bytes, first.bytes];
    for (let j = i + 1; j < readings.length; j += 1) {
      const { atMs, bytes } = readings[j] ?? first;
      [low, high] = [Math.min(low, bytes), Math.max(high, bytes)];
      if (high - low >= STABLE_RANGE_BYTES) break;
      if (atMs >= first.atMs + STABLE_MS) return first.atMs;
    }
  }
  return null;
}
