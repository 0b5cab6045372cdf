import type { MemoryPoint, MemoryReading } from '#lib/detect/memory-point.ts';
import { readingsOf } from '#lib/detect/memory-point.ts';
import { median } from '#lib/detect/order-statistics.ts';

/** What memory came down to in one quiet window or after one batch, with the load at that moment. */
export type MemoryFloor = { readonly atMs: number; readonly bytes: number; readonly load: number | null };

/** 36 floors in 3 h, 288 in a day. */
export const FLOOR_WINDOW_MS = 5 * 60_000;

const FLOOR_SHARE = 0.05;
/** A window in which most polls failed has no floor. */
const FEWEST_READINGS = 3;

/** Fewer windows do not tell the noise from the load's peaks. */
const FEWEST_FOR_NOISE = 6;
/** The lowest two of ten normal readings are this many standard deviations apart, on average over the calmest windows. */
const GAP_OF_LOWEST = 0.29;
const CALMEST_SHARE = 0.75;
/** In standard deviations: what noise alone puts above the lowest of a window, and above their mean. */
const NOISES_ABOVE = { lowest: 3, mean: 2.25 } as const;
const CUTS = 2;

/**
 * One floor per window of the clock (aligned to multiples of `windowMs`): the mean of the readings that noise alone explains,
 * memory less `bytesPerLoad` × load, with their mean time and load. What stands out above is a buffer or a peak and no part
 * of a floor. The noise is read off how far a window's lowest two lie apart; without any the floor is the lowest reading.
 * First the readings near the lowest are taken, then twice those near the mean of the last: the lowest alone is a matter of
 * chance. Readings are compared as if taken at once, what memory usually rises by in between taken out. Of a window in
 * which memory was given back, the longer side. Windows with fewer than three readings, or that end after `nowMs`, give none.
 * `readings` oldest first.
 */
export function floorsPerWindow(
  readings: readonly MemoryReading[],
  nowMs: number,
  bytesPerLoad: number,
  releasesMs: readonly number[] = [],
): readonly MemoryFloor[] {
  const windows = windowsOf(readings, nowMs, releasesMs);
  const floors = floorsOf(windows.map((window) => lowestFirst(window, bytesPerLoad, 0)));
  const risePerMs = usualRise(floors, bytesPerLoad);
  return floorsOf(windows.map((window) => lowestFirst(window, bytesPerLoad, risePerMs)));
}

function floorsOf(windows: readonly (readonly Unloaded[])[]): readonly MemoryFloor[] {
  const noise = noiseIn(windows);
  return windows.map((window) => meanOf(noise === 0 ? window.slice(0, 1) : lowReadings(window, noise)));
}

function lowReadings(window: readonly Unloaded[], noise: number): readonly Unloaded[] {
  const upTo = (most: number): readonly Unloaded[] => window.filter(({ unloaded }) => unloaded <= most);
  let low = upTo((window[0]?.unloaded ?? 0) + NOISES_ABOVE.lowest * noise);
  for (let cut = 0; cut < CUTS; cut += 1) {
    const mean = low.reduce((sum, { unloaded }) => sum + unloaded, 0) / low.length;
    low = upTo(mean + NOISES_ABOVE.mean * noise);
  }
  return low;
}

/** Bytes a millisecond from one floor to the next, the median: releases and steps are too few to move it. */
function usualRise(floors: readonly MemoryFloor[], bytesPerLoad: number): number {
  const rises = floors.slice(1).map((floor, i) => {
    const before = floors[i] ?? floor;
    const load = (floor.load ?? 0) - (before.load ?? 0);
    return (floor.bytes - before.bytes - bytesPerLoad * load) / (floor.atMs - before.atMs);
  });
  return median(rises) ?? 0;
}

function noiseIn(windows: readonly (readonly Unloaded[])[]): number {
  if (windows.length < FEWEST_FOR_NOISE) return 0;
  const gaps = Float64Array.from(windows, ([lowest, next]) => (next?.unloaded ?? 0) - (lowest?.unloaded ?? 0)).sort();
  const calmest = gaps.subarray(0, Math.ceil(CALMEST_SHARE * gaps.length));
  return calmest.reduce((sum, gap) => sum + gap, 0) / calmest.length / GAP_OF_LOWEST;
}

function windowsOf(
  readings: readonly MemoryReading[],
  nowMs: number,
  releasesMs: readonly number[],
): readonly (readonly MemoryReading[])[] {
  const windows: (readonly MemoryReading[])[] = [];
  let [first, release] = [0, 0];
  while (first < readings.length) {
    const startMs = Math.floor((readings[first]?.atMs ?? 0) / FLOOR_WINDOW_MS) * FLOOR_WINDOW_MS;
    const endMs = startMs + FLOOR_WINDOW_MS;
    let end = first;
    while (end < readings.length && (readings[end]?.atMs ?? 0) < endMs) end += 1;
    while ((releasesMs[release] ?? Number.POSITIVE_INFINITY) < startMs) release += 1;
    const window = longerSide(readings.slice(first, end), releasesMs[release] ?? endMs);
    if (endMs <= nowMs && window.length >= FEWEST_READINGS) windows.push(window);
    first = end;
  }
  return windows;
}

function longerSide(window: readonly MemoryReading[], releasedMs: number): readonly MemoryReading[] {
  const before = window.filter(({ atMs }) => atMs < releasedMs);
  return 2 * before.length > window.length ? before : window.slice(before.length);
}

type Unloaded = MemoryReading & { readonly unloaded: number };

function lowestFirst(window: readonly MemoryReading[], bytesPerLoad: number, risePerMs: number): readonly Unloaded[] {
  const fromMs = window[0]?.atMs ?? 0;
  return window
    .map((reading) => ({
      ...reading,
      unloaded: reading.bytes - bytesPerLoad * (reading.load ?? 0) - risePerMs * (reading.atMs - fromMs),
    }))
    .toSorted((a, b) => a.unloaded - b.unloaded || a.atMs - b.atMs);
}

function meanOf(low: readonly Unloaded[]): MemoryFloor {
  const mean = (of: (reading: Unloaded) => number): number => low.reduce((sum, one) => sum + of(one), 0) / low.length;
  const isLoadKnown = low.every(({ load }) => load !== null);
  return {
    atMs: Math.round(mean(({ atMs }) => atMs)),
    bytes: Math.round(mean(({ bytes }) => bytes)),
    load: isLoadKnown ? mean(({ load }) => load ?? 0) : null,
  };
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
