import type { MemoryReading } from '#lib/detect/memory-point.ts';

/** Where a process began anew: its start time or pid changed, counters fell, another model or configuration. */
export type Restart = { readonly atMs: number; readonly cause: string };

export type ProcessLife = {
  readonly restarts: readonly Restart[];
  /** Since when the memory is that of the process that runs now. */
  readonly sinceMs: number;
};

/** Signs of one restart: the old process ends, the new one starts and loads its model. */
const SAME_MS = 5 * 60_000;

/**
 * Restarts inside the span of the readings (algorithms §6.1): those given, and those that memory itself shows by falling to
 * less than half or more than doubling, and staying there for a second reading. Signs within five minutes of each other
 * are one restart. `readings` oldest first.
 */
export function processLife(readings: readonly MemoryReading[], given: readonly Restart[]): ProcessLife {
  const [firstMs, lastMs] = [readings[0]?.atMs ?? 0, readings.at(-1)?.atMs ?? 0];
  const inside = given.filter((restart) => restart.atMs > firstMs && restart.atMs <= lastMs);
  const signs = [...inside, ...readings.flatMap((reading, i) => jumpAt(readings, i, reading.atMs))];
  const restarts: Restart[] = [];
  let sinceMs = firstMs;
  for (const sign of signs.toSorted((a, b) => a.atMs - b.atMs)) {
    if (restarts.length === 0 || sign.atMs - sinceMs > SAME_MS) restarts.push(sign);
    sinceMs = sign.atMs;
  }
  return { restarts, sinceMs };
}

/** Without single readings below half or above double of both neighbours: an exporter that failed for once prints 0. */
export function withoutGlitches(readings: readonly MemoryReading[]): readonly MemoryReading[] {
  return readings.filter(({ bytes }, i) => {
    const [before, after] = [readings[i - 1]?.bytes, readings[i + 1]?.bytes];
    if (before === undefined || after === undefined) return true;
    return !(bytes < Math.min(before, after) / 2 || bytes > Math.max(before, after) * 2);
  });
}

function jumpAt(readings: readonly MemoryReading[], i: number, atMs: number): readonly Restart[] {
  const [before, now, next] = [readings[i - 1]?.bytes, readings[i]?.bytes, readings[i + 1]?.bytes];
  if (before === undefined || now === undefined || next === undefined) return [];
  if (now < before / 2 && next < before / 2) return [{ atMs, cause: 'memory fell by more than half' }];
  if (now > before * 2 && next > before * 2) return [{ atMs, cause: 'memory more than doubled' }];
  return [];
}
