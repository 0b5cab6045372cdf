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
/** Their own rise, from three or more, counts where it differs from the usual by so many standard deviations. */
const FEWEST_FOR_RISE = 3;
const OWN_NOISES = 3;
/** Standard deviation over the median distance from the line through both neighbours, 0.6745 · √1.5. */
const NOISE_OF_OFF = 1.21;
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
  const falls = fallsAt(floors, releases, pauses);
  const whole = wholeTeeth(falls, isPaused);
  if (whole.length < FEWEST_WHOLE) return null;
  // A release that was missed makes one tooth of two: half as steep, twice as long.
  const bytesPerMs = middleOf(whole.map((tooth) => -tooth.bytes / tooth.ms)) * -1;
  if (bytesPerMs <= 0) return null;
  const usualMs = middleOf(whole.map((tooth) => tooth.ms));
  const places: number[] = [];
  const hours: number[] = [];
  let next = 0;
  for (const [place, { atMs }] of floors.entries()) {
    while ((falls[next]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs) next += 1;
    const [last, coming] = [falls[next - 1], falls[next]];
    const isSeen = last !== undefined && !isPaused(last.atMs, atMs);
    const isTold = coming !== undefined && !isPaused(atMs, coming.atMs);
    const told = isTold ? coming.bytes / bytesPerMs - (coming.atMs - atMs) : -1;
    const ms = isSeen ? atMs - last.atMs : told;
    const isMissed = isSeen && coming !== undefined && coming.atMs - last.atMs > LONGEST_SHARE * usualMs;
    if (ms < 0 || ms > (isMissed ? usualMs : LONGEST_SHARE * usualMs)) continue;
    places.push(place);
    hours.push(ms / HOUR_MS);
  }
  return { places, hoursSince: Float64Array.from(hours), bytesPerHour: bytesPerMs * HOUR_MS };
}

type Span = { readonly fromMs: number; readonly toMs: number };

function pausesBetween(floors: readonly PlainFloor[]): readonly Span[] {
  const spans = floors.slice(1).map(({ atMs }, i) => ({ fromMs: floors[i]?.atMs ?? 0, toMs: atMs }));
  const usualMs = median(spans.map(({ fromMs, toMs }) => toMs - fromMs)) ?? 0;
  return spans.filter(({ fromMs, toMs }) => toMs - fromMs > PAUSE_DISTANCES * usualMs);
}

/** Releases with heights as floors tell them; where there are none on one side, as readings do. */
function fallsAt(
  floors: readonly PlainFloor[],
  releases: readonly MemoryRelease[],
  pauses: readonly Span[],
): readonly MemoryRelease[] {
  const borders = [...releases.map(({ atMs }) => atMs), ...pauses.map(({ toMs }) => toMs)].toSorted((a, b) => a - b);
  const teeth = [Number.NEGATIVE_INFINITY, ...borders].map((fromMs, i) =>
    floors.filter(({ atMs }) => atMs >= fromMs && atMs < (borders[i] ?? Number.POSITIVE_INFINITY)),
  );
  const usual = { risePerMs: usualRise(teeth), noise: noiseWithin(teeth) };
  return releases.map(({ atMs, bytes }) => {
    const place = borders.indexOf(atMs);
    const before = levelAt(atMs, teeth[place]?.slice(-MOST_BESIDE) ?? [], usual);
    const after = levelAt(atMs, teeth[place + 1]?.slice(0, MOST_BESIDE) ?? [], usual);
    return { atMs, bytes: before === null || after === null ? bytes : before - after };
  });
}

/** What floors of one side come to at a release: by the usual rise, by their own where it differs beyond noise (a warm-up). */
function levelAt(
  atMs: number,
  floors: readonly PlainFloor[],
  { risePerMs, noise }: { readonly risePerMs: number; readonly noise: number },
): number | null {
  if (floors.length === 0) return null;
  const meanMs = floors.reduce((sum, floor) => sum + (floor.atMs - atMs), 0) / floors.length;
  const spread = Math.sqrt(floors.reduce((sum, floor) => sum + (floor.atMs - atMs - meanMs) ** 2, 0));
  const own = floors.length < FEWEST_FOR_RISE ? null : riseOf(floors);
  const isOwn = own !== null && Math.abs(own - risePerMs) * spread > OWN_NOISES * noise;
  const mean = floors.reduce((sum, { bytes }) => sum + bytes, 0) / floors.length;
  return mean - (isOwn ? own : risePerMs) * meanMs;
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
  return NOISE_OF_OFF * (median(off) ?? Number.POSITIVE_INFINITY);
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

/** Teeth that were seen from one release to the next. */
function wholeTeeth(
  releases: readonly MemoryRelease[],
  isPaused: (fromMs: number, toMs: number) => boolean,
): readonly { readonly bytes: number; readonly ms: number }[] {
  return releases.slice(1).flatMap(({ atMs, bytes }, i) => {
    const fromMs = releases[i]?.atMs ?? 0;
    return isPaused(fromMs, atMs) ? [] : [{ bytes, ms: atMs - fromMs }];
  });
}

/** The middle value, of two the smaller. */
function middleOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? Number.NaN;
}
