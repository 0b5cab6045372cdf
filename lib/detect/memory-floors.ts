import type { MemoryPoint, MemoryReading } from '#lib/detect/memory-point.ts';
import { readingsOf } from '#lib/detect/memory-point.ts';

/** What memory came down to in one quiet window or after one batch, with the load at that moment. */
export type MemoryFloor = { readonly atMs: number; readonly bytes: number; readonly load: number | null };

/** 36 floors in 3 h, 288 in a day. */
export const FLOOR_WINDOW_MS = 5 * 60_000;

const FLOOR_SHARE = 0.05;
/** A window in which most polls failed has no floor. */
const FEWEST_READINGS = 3;

/**
 * One floor per window of the clock (aligned to multiples of `windowMs`, so that closed windows never change): the 5 %
 * quantile of the memory in it less `bytesPerLoad` × load, with that reading's own time, memory and load. Windows with fewer than three readings, or that end after `nowMs`, give none. `readings` oldest first.
 */
export function floorsPerWindow(
  readings: readonly MemoryReading[],
  nowMs: number,
  bytesPerLoad: number,
  windowMs: number = FLOOR_WINDOW_MS,
): readonly MemoryFloor[] {
  const floors: MemoryFloor[] = [];
  let first = 0;
  while (first < readings.length) {
    const startMs = Math.floor((readings[first]?.atMs ?? 0) / windowMs) * windowMs;
    let end = first;
    while (end < readings.length && (readings[end]?.atMs ?? 0) < startMs + windowMs) end += 1;
    if (startMs + windowMs <= nowMs && end - first >= FEWEST_READINGS) {
      floors.push(lowest(readings.slice(first, end), bytesPerLoad));
    }
    first = end;
  }
  return floors;
}

/** A batch by its times; `endMs` is null while it runs. */
export type BatchSpan = { readonly startMs: number; readonly endMs: number | null };

const IDLE_MS = 10_000;
const BEFORE_MS = 10 * 60_000;

export type BatchFloors = {
  /** Idle memory in the ten minutes before the first batch. */
  readonly before: MemoryFloor | null;
  /** Idle memory between the end of each batch and the start of the next; null where there was no idle time. */
  readonly after: readonly (MemoryFloor | null)[];
};

/**
 * Floors of a multi-batch run: the 5 % quantile of memory over the idle time (load 0, or unknown) after each batch and
 * before the first, where that lasted 10 s or more. `batches` in order; points in any order.
 */
export function floorsPerBatch(
  points: readonly MemoryPoint[],
  batches: readonly BatchSpan[],
  nowMs: number,
): BatchFloors {
  const readings = readingsOf(points);
  const firstMs = batches[0]?.startMs ?? nowMs;
  return {
    before: idleFloor(readings, firstMs - BEFORE_MS, firstMs),
    after: batches.map(({ endMs }, i) =>
      endMs === null ? null : idleFloor(readings, endMs, batches[i + 1]?.startMs ?? nowMs),
    ),
  };
}

function idleFloor(readings: readonly MemoryReading[], fromMs: number, toMs: number): MemoryFloor | null {
  const idle = readings.filter(
    (reading) => reading.atMs >= fromMs && reading.atMs < toMs && (reading.load === null || reading.load === 0),
  );
  const [first, last] = [idle[0], idle.at(-1)];
  if (first === undefined || last === undefined || last.atMs - first.atMs < IDLE_MS) return null;
  return lowest(idle, 0);
}

/** The reading at the 5 % quantile (nearest rank) of memory with the load taken out. At least one reading. */
function lowest(readings: readonly MemoryReading[], bytesPerLoad: number): MemoryFloor {
  const unloaded = ({ bytes, load }: MemoryReading): number => bytes - bytesPerLoad * (load ?? 0);
  const sorted = readings.toSorted((a, b) => unloaded(a) - unloaded(b) || a.atMs - b.atMs);
  const floor = sorted[Math.floor(FLOOR_SHARE * sorted.length)];
  if (floor === undefined) throw new Error('a window without a reading has no floor');
  return { atMs: floor.atMs, bytes: floor.bytes, load: floor.load };
}

/** At most `most` floors: neighbours are joined to the lowest of them, so that a verdict's cost is bounded. */
export function thinFloors(floors: readonly MemoryFloor[], most: number, bytesPerLoad: number): readonly MemoryFloor[] {
  const joined = Math.ceil(floors.length / most);
  if (joined <= 1) return floors;
  const unloaded = ({ bytes, load }: MemoryFloor): number => bytes - bytesPerLoad * (load ?? 0);
  return Array.from({ length: Math.ceil(floors.length / joined) }, (_, i) =>
    floors.slice(i * joined, (i + 1) * joined).reduce((low, floor) => (unloaded(floor) < unloaded(low) ? floor : low)),
  );
}
