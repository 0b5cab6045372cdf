import type { MemoryRelease } from '#lib/detect/memory-falls.ts';
import { median } from '#lib/detect/order-statistics.ts';
import { medianSlope } from '#lib/detect/theil-sen.ts';

const FEWEST_RELEASES = 2;
const FEWEST_WHOLE = 1;
/** A release may hide in a pause of this many usual distances between floors. */
const PAUSE_DISTANCES = 2.5;
/** Longer than usual by this much: a release was missed. */
const LONGEST_SHARE = 1.5;
/** Floors on each side of a release that tell its height; more would take in what happened long before. */
const MOST_BESIDE = 4;
/** Their own rise, from three or more, counts where they lie further from the usual than so many standard deviations. */
const FEWEST_FOR_RISE = 3;
const OFF_NOISES = 3;
/** Standard deviation over the median distance from the line through both neighbours, 0.6745 · √1.5. */
const NOISE_OF_OFF = 1.21;
/** Bytes: a page. */
const LEAST_NOISE = 4096;
/** A step up, in standard deviations of a floor and in falls. */
const JUMP_NOISES = 4;
const JUMP_SHARE = 0.25;
const HOUR_MS = 3_600_000;

/** A floor with the share of the load taken out. */
export type PlainFloor = { readonly atMs: number; readonly bytes: number };

export type SawTooth = {
  /** Places of the floors of which it is known when memory was last given back. */
  readonly places: readonly number[];
  /** Hours since then, for each of them. */
  readonly hoursSince: Float64Array;
  /** What a tooth grows by, read off its falls. */
  readonly bytesPerHour: number;
};

/**
 * A collector or an allocator that gives back all it can now and then leaves a saw-tooth: growth within a tooth is no
 * leak, only growth from tooth to tooth is (patent US 9104563). With the time since the last release beside time itself a
 * fit tells the two apart. Where that release was not seen (the first tooth, one that a pause hides), the height of the
 * next tells how long the tooth had grown: fall / (median of fall / time over whole teeth). Floors of which neither is
 * known, and those later in a tooth than teeth last, are left out: a release was missed there. null with fewer than two
 * releases or none seen from one to the next. `releases` as of `memoryFalls`: their heights are read off the floors on both
 * sides, carried to the release by what floors usually rise by, since these move less than readings do.
 */
export function sawTooth(floors: readonly PlainFloor[], releases: readonly MemoryRelease[]): SawTooth | null {
  if (releases.length < FEWEST_RELEASES) return null;
  const pauses = pausesBetween(floors);
  const isPaused = (fromMs: number, toMs: number): boolean =>
    pauses.some((pause) => pause.fromMs < toMs && pause.toMs > fromMs);
  const borders = [...releases.map(({ atMs }) => atMs), ...pauses.map(({ toMs }) => toMs)].toSorted((a, b) => a - b);
  const teeth = teethBetween(floors, borders);
  const usual = { risePerMs: usualRise(teeth), noise: noiseWithin(teeth) };
  const falls = releases.map((release) => {
    const place = borders.indexOf(release.atMs);
    return fallBetween(release, teeth[place] ?? [], teeth[place + 1] ?? [], usual);
  });
  const usualFall = median(falls.map(({ bytes }) => bytes)) ?? 0;
  const hidden = new Set(teeth.flatMap((tooth) => hiddenFall(tooth, usual.risePerMs, usualFall)));
  const leastJump = Math.max(JUMP_NOISES * usual.noise, JUMP_SHARE * usualFall);
  const jumpsMs = teeth.flatMap((tooth) => jumpsIn(tooth, usual.risePerMs, leastJump));
  const jumped = (fromMs: number, toMs: number): boolean => jumpsMs.some((atMs) => atMs > fromMs && atMs <= toMs);
  const whole = wholeTeeth(falls, (fromMs, toMs) => isPaused(fromMs, toMs) || jumped(fromMs, toMs));
  if (whole.length < FEWEST_WHOLE) return null;
  // A release that was missed makes one tooth of two: half as steep, twice as long.
  const bytesPerMs = middleOf(whole.map((tooth) => -tooth.bytes / tooth.ms)) * -1;
  if (bytesPerMs <= 0) return null;
  const usualMs = middleOf(whole.map((tooth) => tooth.ms));
  const places: number[] = [];
  const hours: number[] = [];
  let next = 0;
  for (const [place, floor] of floors.entries()) {
    const { atMs } = floor;
    while ((falls[next]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs) next += 1;
    const [last, coming] = [falls[next - 1], falls[next]];
    const isSeen = last !== undefined && !isPaused(last.atMs, atMs);
    const isTold = coming !== undefined && !isPaused(atMs, coming.atMs);
    const told = isTold ? coming.bytes / bytesPerMs - (coming.atMs - atMs) : -1;
    const ms = isSeen ? atMs - last.atMs : told;
    const isMissed = isSeen && coming !== undefined && coming.atMs - last.atMs > LONGEST_SHARE * usualMs;
    const mayHide = isMissed || (isSeen && jumped(last.atMs, atMs));
    if (hidden.has(floor) || ms < 0 || ms > (mayHide ? 1 : LONGEST_SHARE) * usualMs) continue;
    places.push(place);
    hours.push(ms / HOUR_MS);
  }
  return { places, hoursSince: Float64Array.from(hours), bytesPerHour: bytesPerMs * HOUR_MS };
}

type ToothFall = MemoryRelease & {
  /** By floors on both sides. */
  readonly isMeasured: boolean;
};

type UsualTooth = {
  /** Within a tooth. */
  readonly risePerMs: number;
  /** Standard deviation of a floor. */
  readonly noise: number;
};

type Span = { readonly fromMs: number; readonly toMs: number };

function pausesBetween(floors: readonly PlainFloor[]): readonly Span[] {
  const spans = floors.slice(1).map(({ atMs }, i) => ({ fromMs: floors[i]?.atMs ?? 0, toMs: atMs }));
  const usualMs = median(spans.map(({ fromMs, toMs }) => toMs - fromMs)) ?? 0;
  return spans.filter(({ fromMs, toMs }) => toMs - fromMs > PAUSE_DISTANCES * usualMs);
}

function teethBetween(floors: readonly PlainFloor[], borders: readonly number[]): readonly (readonly PlainFloor[])[] {
  return [Number.NEGATIVE_INFINITY, ...borders].map((fromMs, i) =>
    floors.filter(({ atMs }) => atMs >= fromMs && atMs < (borders[i] ?? Number.POSITIVE_INFINITY)),
  );
}

/** A release with its height as floors tell it; where there are none on one side, as readings do. */
function fallBetween(
  { atMs, bytes }: MemoryRelease,
  before: readonly PlainFloor[],
  after: readonly PlainFloor[],
  usual: UsualTooth,
): ToothFall {
  const from = levelAt(atMs, before.slice(-MOST_BESIDE), usual);
  const to = levelAt(atMs, after.slice(0, MOST_BESIDE), usual);
  if (from === null || to === null) return { atMs, bytes, isMeasured: false };
  return { atMs, bytes: from - to, isMeasured: true };
}

/** The last floor before a pause, or of all, when it lies so low that a release must have come before it: too late to be seen. */
function hiddenFall(tooth: readonly PlainFloor[], risePerMs: number, usualFall: number): readonly PlainFloor[] {
  const [before, last] = tooth.slice(-2);
  if (before === undefined || last === undefined) return [];
  const isLower = before.bytes + risePerMs * (last.atMs - before.atMs) - last.bytes > usualFall / 2;
  return isLower ? [last] : [];
}

/**
 * What floors of one side come to at a release: by the usual rise; where theirs differs beyond noise by their own (a warm-up),
 * or only the nearest when these do not lie on a line either (a step).
 */
function levelAt(atMs: number, floors: readonly PlainFloor[], { risePerMs, noise }: UsualTooth): number | null {
  if (floors.length === 0) return null;
  const carried = (one: readonly PlainFloor[], rise: number): number =>
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
function noiseWithin(teeth: readonly (readonly PlainFloor[])[]): number {
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

function riseOf(floors: readonly PlainFloor[]): number | null {
  const times = Float64Array.from(floors, ({ atMs }) => atMs - (floors[0]?.atMs ?? 0));
  return medianSlope(
    times,
    Float64Array.from(floors, ({ bytes }) => bytes),
  );
}

/** Bytes a millisecond within teeth: the median of their slopes, longer ones counted more often. */
function usualRise(teeth: readonly (readonly PlainFloor[])[]): number {
  const rises = teeth.flatMap((floors) => {
    const rise = riseOf(floors);
    return rise === null ? [] : Array.from(floors, () => rise);
  });
  return median(rises) ?? 0;
}

/** Times of floors that stand more above those before than teeth rise by: under a step up a release may hide. */
function jumpsIn(tooth: readonly PlainFloor[], risePerMs: number, least: number): readonly number[] {
  return tooth
    .slice(1)
    .filter(({ atMs, bytes }, i) => {
      const before = tooth[i];
      return before !== undefined && bytes - before.bytes - risePerMs * (atMs - before.atMs) > least;
    })
    .map(({ atMs }) => atMs);
}

/** Teeth that were seen from one release to the next, of which floors tell the height. */
function wholeTeeth(
  falls: readonly ToothFall[],
  isUnsure: (fromMs: number, toMs: number) => boolean,
): readonly { readonly bytes: number; readonly ms: number }[] {
  return falls.slice(1).flatMap(({ atMs, bytes, isMeasured }, i) => {
    const fromMs = falls[i]?.atMs ?? 0;
    return !isMeasured || isUnsure(fromMs, atMs) ? [] : [{ bytes, ms: atMs - fromMs }];
  });
}

/** The middle value, of two the smaller. */
function middleOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? Number.NaN;
}
