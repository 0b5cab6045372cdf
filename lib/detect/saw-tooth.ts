import type { MemoryRelease } from '#lib/detect/memory-falls.ts';
import { median } from '#lib/detect/order-statistics.ts';
import {
  fallBetween,
  hiddenFall,
  jumpsIn,
  type PlainFloor,
  type ToothFall,
  type ToothFloors,
  usualTooth,
} from '#lib/detect/tooth-falls.ts';

const FEWEST_RELEASES = 2;
const FEWEST_WHOLE = 1;
/** A release may hide in a pause of this many usual distances between floors. */
const PAUSE_DISTANCES = 2.5;
/** Longer than usual by this much: a release was missed. */
const LONGEST_SHARE = 1.5;
const HOUR_MS = 3_600_000;

export type SawTooth = {
  /** Places of the floors of which it is known when memory was last given back. */
  readonly places: readonly number[];
  /** Hours since then, for each of them. */
  readonly hoursSince: Float64Array;
  /** What a tooth grows by, read off its falls. */
  readonly bytesPerHour: number;
  /** How many teeth tell that. */
  readonly wholeTeeth: number;
};

/**
 * A collector or an allocator that gives back all it can now and then leaves a saw-tooth: growth within a tooth is no
 * leak, only growth from tooth to tooth is (patent US 9104563). With the time since the last release beside time itself a
 * fit tells the two apart. Where that release was not seen (the first tooth, one that a pause hides), the height of the
 * next tells how long the tooth had grown: fall / (median of fall / time over whole teeth). Floors of which neither is
 * known, and those later in a tooth than teeth last, are left out: a release was missed there, or hides under a step up; a
 * tooth with a step tells no rise. null with fewer than two releases or no whole tooth from one to the next. `releases` as
 * of `memoryFalls`: their heights are read off the floors on both sides, which move less than readings do.
 */
export function sawTooth(floors: readonly PlainFloor[], releases: readonly MemoryRelease[]): SawTooth | null {
  if (releases.length < FEWEST_RELEASES) return null;
  const pauses = pausesBetween(floors);
  const isPaused = (fromMs: number, toMs: number): boolean =>
    pauses.some((pause) => pause.fromMs < toMs && pause.toMs > fromMs);
  const borders = [...releases.map(({ atMs }) => atMs), ...pauses.map(({ toMs }) => toMs)].toSorted((a, b) => a - b);
  const teeth = teethBetween(floors, borders);
  const usual = usualTooth(teeth);
  const falls = releases.map((release) => {
    const place = borders.indexOf(release.atMs);
    return fallBetween(release, teeth[place] ?? [], teeth[place + 1] ?? [], usual);
  });
  const usualFall = median(falls.map(({ bytes }) => bytes)) ?? 0;
  const hidden = new Set(teeth.flatMap((tooth) => hiddenFall(tooth, usual, usualFall)));
  const jumpsMs = teeth.flatMap((tooth) => jumpsIn(tooth, usual, usualFall));
  const hasJump = (fromMs: number, toMs: number): boolean => jumpsMs.some((atMs) => atMs > fromMs && atMs <= toMs);
  const whole = wholeTeeth(falls, (fromMs, toMs) => isPaused(fromMs, toMs) || hasJump(fromMs, toMs));
  if (whole.length < FEWEST_WHOLE) return null;
  // A release that was missed makes one tooth of two: half as steep, twice as long.
  const bytesPerMs = middleOf(whole.map((tooth) => -tooth.bytes / tooth.ms)) * -1;
  if (bytesPerMs <= 0) return null;
  const usualMs = middleOf(whole.map((tooth) => tooth.ms));
  const ages = floors.map((floor) =>
    hidden.has(floor) ? null : ageOf(floor.atMs, falls, { bytesPerMs, usualMs, isPaused, hasJump }),
  );
  return {
    places: [...floors.keys()].filter((place) => ages[place] !== null),
    hoursSince: Float64Array.from(
      ages.filter((ms) => ms !== null),
      (ms) => ms / HOUR_MS,
    ),
    bytesPerHour: bytesPerMs * HOUR_MS,
    wholeTeeth: whole.length,
  };
}

type Between = (fromMs: number, toMs: number) => boolean;
type KnownTeeth = {
  readonly bytesPerMs: number;
  readonly usualMs: number;
  readonly isPaused: Between;
  readonly hasJump: Between;
};

/** Milliseconds since memory was last given back; null where that is not known. */
function ageOf(
  atMs: number,
  falls: readonly ToothFall[],
  { bytesPerMs, usualMs, isPaused, hasJump }: KnownTeeth,
): number | null {
  const last = falls.findLast((fall) => fall.atMs <= atMs);
  const coming = falls.find((fall) => fall.atMs > atMs);
  if (last !== undefined && !isPaused(last.atMs, atMs)) {
    const isMissed = coming !== undefined && coming.atMs - last.atMs > LONGEST_SHARE * usualMs;
    const most = isMissed || hasJump(last.atMs, atMs) ? usualMs : LONGEST_SHARE * usualMs;
    return atMs - last.atMs > most ? null : atMs - last.atMs;
  }
  if (coming === undefined || isPaused(atMs, coming.atMs)) return null;
  const told = coming.bytes / bytesPerMs - (coming.atMs - atMs);
  return told < 0 || told > LONGEST_SHARE * usualMs ? null : told;
}

type Span = { readonly fromMs: number; readonly toMs: number };

function pausesBetween(floors: readonly PlainFloor[]): readonly Span[] {
  const spans = floors.slice(1).map(({ atMs }, i) => ({ fromMs: floors[i]?.atMs ?? 0, toMs: atMs }));
  const usualMs = median(spans.map(({ fromMs, toMs }) => toMs - fromMs)) ?? 0;
  return spans.filter(({ fromMs, toMs }) => toMs - fromMs > PAUSE_DISTANCES * usualMs);
}

function teethBetween(floors: readonly PlainFloor[], borders: readonly number[]): readonly ToothFloors[] {
  return [Number.NEGATIVE_INFINITY, ...borders].map((fromMs, i) =>
    floors.filter(({ atMs }) => atMs >= fromMs && atMs < (borders[i] ?? Number.POSITIVE_INFINITY)),
  );
}

/** Teeth that were seen from one release to the next, of which floors tell the height. */
function wholeTeeth(
  falls: readonly ToothFall[],
  isUnsure: Between,
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
