import type { MemoryRelease } from '#lib/detect/memory-falls.ts';
import { median } from '#lib/detect/order-statistics.ts';
import { medianSlope } from '#lib/detect/theil-sen.ts';

/** Floors on each side of a release that tell its height; more would take in what happened long before. */
const MOST_BESIDE = 4;
/** Their own rise, from three or more, counts where they lie further from the usual than so many standard deviations. */
const FEWEST_FOR_RISE = 3;
const OFF_NOISES = 3;
/** Standard deviation over the median distance from the line through both neighbours, 1 / (0.6745 · √1.5). */
const NOISE_OF_OFF = 1.21;
/** Bytes: a page. */
const LEAST_NOISE = 4096;
/** A step up, in standard deviations of a floor and in usual falls. */
const JUMP_NOISES = 4;
const JUMP_SHARE = 0.25;

/** A floor with the share of the load taken out. */
export type PlainFloor = { readonly atMs: number; readonly bytes: number };

/** Floors without a release or a pause in between, oldest first. */
export type ToothFloors = readonly PlainFloor[];

export type ToothFall = MemoryRelease & {
  /** By floors on both sides. */
  readonly isMeasured: boolean;
};

export type UsualTooth = {
  /** Within a tooth. */
  readonly risePerMs: number;
  /** Standard deviation of a floor. */
  readonly noise: number;
};

/** What floors do within teeth. */
export function usualTooth(teeth: readonly ToothFloors[]): UsualTooth {
  return { risePerMs: usualRise(teeth), noise: noiseWithin(teeth) };
}

/** A release with its height as the floors before and after it tell; where there are none on one side, as readings do. */
export function fallBetween(
  { atMs, bytes }: MemoryRelease,
  before: ToothFloors,
  after: ToothFloors,
  usual: UsualTooth,
): ToothFall {
  const from = levelAt(atMs, before.slice(-MOST_BESIDE), usual);
  const to = levelAt(atMs, after.slice(0, MOST_BESIDE), usual);
  if (from === null || to === null) return { atMs, bytes, isMeasured: false };
  return { atMs, bytes: from - to, isMeasured: true };
}

/** The last floor before a pause, or of all, when it lies so low that a release must have come before it: too late to be seen. */
export function hiddenFall(tooth: ToothFloors, { risePerMs }: UsualTooth, usualFall: number): ToothFloors {
  const [before, last] = tooth.slice(-2);
  if (before === undefined || last === undefined) return [];
  const isLower = before.bytes + risePerMs * (last.atMs - before.atMs) - last.bytes > usualFall / 2;
  return isLower ? [last] : [];
}

/**
 * What floors of one side come to at a release: by the usual rise; where theirs differs beyond noise by their own (a warm-up),
 * or only the nearest when these do not lie on a line either (a step).
 */
function levelAt(atMs: number, floors: ToothFloors, { risePerMs, noise }: UsualTooth): number | null {
  if (floors.length === 0) return null;
  const carried = (one: ToothFloors, rise: number): number =>
    one.reduce((sum, floor) => sum + floor.bytes + rise * (atMs - floor.atMs), 0) / one.length;
  const isOnLine = (rise: number): boolean => {
    const level = carried(floors, rise);
    return floors.every((floor) => Math.abs(floor.bytes + rise * (atMs - floor.atMs) - level) < OFF_NOISES * noise);
  };
  const own = riseOf(floors);
  if (own === null || isOnLine(risePerMs)) return carried(floors, risePerMs);
  if (floors.length >= FEWEST_FOR_RISE && isOnLine(own)) return carried(floors, own);
  const nearest = floors.toSorted((a, b) => Math.abs(a.atMs - atMs) - Math.abs(b.atMs - atMs)).slice(0, 1);
  return carried(nearest, risePerMs);
}

/** Standard deviation of a floor about the line through its neighbours of the same tooth. */
function noiseWithin(teeth: readonly ToothFloors[]): number {
  const off = teeth.flatMap((floors) =>
    floors.slice(2).flatMap((after, i) => {
      const [before, at] = [floors[i], floors[i + 1]];
      if (before === undefined || at === undefined) return [];
      const share = (at.atMs - before.atMs) / (after.atMs - before.atMs);
      return Math.abs(at.bytes - before.bytes - share * (after.bytes - before.bytes));
    }),
  );
  return Math.max(LEAST_NOISE, NOISE_OF_OFF * (median(off) ?? Number.POSITIVE_INFINITY));
}

function riseOf(floors: ToothFloors): number | null {
  const times = Float64Array.from(floors, ({ atMs }) => atMs - (floors[0]?.atMs ?? 0));
  return medianSlope(
    times,
    Float64Array.from(floors, ({ bytes }) => bytes),
  );
}

/** Bytes a millisecond within teeth: the median of their slopes, longer ones counted more often. */
function usualRise(teeth: readonly ToothFloors[]): number {
  const rises = teeth.flatMap((floors) => {
    const rise = riseOf(floors);
    return rise === null ? [] : Array.from(floors, () => rise);
  });
  return median(rises) ?? 0;
}

/** Times (ms) of floors that stand more above the one before than teeth rise by: under a step up a release may hide. */
export function jumpsIn(tooth: ToothFloors, { risePerMs, noise }: UsualTooth, usualFall: number): readonly number[] {
  const least = Math.max(JUMP_NOISES * noise, JUMP_SHARE * usualFall);
  return tooth
    .slice(1)
    .filter(({ atMs, bytes }, i) => {
      const before = tooth[i];
      return before !== undefined && bytes - before.bytes - risePerMs * (atMs - before.atMs) > least;
    })
    .map(({ atMs }) => atMs);
}
