import type { MemoryReading } from '#lib/detect/memory-point.ts';

/** Where a process began anew: its start time or pid changed, counters fell, another model or configuration. */
export type Restart = { readonly atMs: number; readonly cause: string };

export const FELL_BY_HALF = 'memory fell by more than half';

/**
 * Restarts inside the span of the readings: those given, and those that memory itself shows by falling to less than half
 * and staying there for a second reading (algorithms §6.1). One within five minutes of a given one is the same.
 * `readings` oldest first.
 */
export function restartsIn(readings: readonly MemoryReading[], given: readonly Restart[]): readonly Restart[] {
  const [firstMs, lastMs] = [readings[0]?.atMs ?? 0, readings.at(-1)?.atMs ?? 0];
  const inside = given.filter((restart) => restart.atMs > firstMs && restart.atMs <= lastMs);
  const seen = readings.flatMap((reading, i): readonly Restart[] => {
    const half = (readings[i - 1]?.bytes ?? 0) / 2;
    const next = readings[i + 1];
    const fell = reading.bytes < half && next !== undefined && next.bytes < half;
    return fell ? [{ atMs: reading.atMs, cause: FELL_BY_HALF }] : [];
  });
  const fresh = seen.filter((restart) => inside.every((known) => Math.abs(known.atMs - restart.atMs) > SAME_MS));
  return [...inside, ...fresh].toSorted((a, b) => a.atMs - b.atMs);
}

const SAME_MS = 5 * 60_000;
