import type { MemoryRelease } from '#lib/detect/memory-falls.ts';
import type { MemoryFloor } from '#lib/detect/memory-floors.ts';
import { median } from '#lib/detect/order-statistics.ts';

const FEWEST_RELEASES = 3;
const FEWEST_WHOLE = 2;
/** A release may hide in a pause of this many usual distances between floors. */
const PAUSE_DISTANCES = 2.5;
/** Longer than usual by this much: a release was missed. */
const LONGEST_SHARE = 1.5;
const HOUR_MS = 3_600_000;

export type SawTooth = {
  /** The floors of which it is known when memory was last given back. */
  readonly floors: readonly MemoryFloor[];
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
 * known, and those later in a tooth than teeth last, are left out: a release was missed there. null with fewer than three
 * releases or two teeth seen from one to the next. `releases` as of `memoryFalls`.
 */
export function sawTooth(floors: readonly MemoryFloor[], releases: readonly MemoryRelease[]): SawTooth | null {
  if (releases.length < FEWEST_RELEASES) return null;
  const pauses = pausesBetween(floors);
  const isPaused = (fromMs: number, toMs: number): boolean =>
    pauses.some((pause) => pause.fromMs < toMs && pause.toMs > fromMs);
  const whole = wholeTeeth(releases, isPaused);
  if (whole.length < FEWEST_WHOLE) return null;
  // A release that was missed makes one tooth of two: half as steep, twice as long.
  const bytesPerMs = middleOf(whole.map((tooth) => -tooth.bytes / tooth.ms)) * -1;
  const longest = LONGEST_SHARE * middleOf(whole.map((tooth) => tooth.ms));
  const known: MemoryFloor[] = [];
  const hours: number[] = [];
  let next = 0;
  for (const floor of floors) {
    while ((releases[next]?.atMs ?? Number.POSITIVE_INFINITY) <= floor.atMs) next += 1;
    const [last, coming] = [releases[next - 1], releases[next]];
    const isSeen = last !== undefined && !isPaused(last.atMs, floor.atMs);
    const isTold = coming !== undefined && !isPaused(floor.atMs, coming.atMs);
    const told = isTold ? coming.bytes / bytesPerMs - (coming.atMs - floor.atMs) : -1;
    const ms = isSeen ? floor.atMs - last.atMs : told;
    if (ms < 0 || ms > longest) continue;
    known.push(floor);
    hours.push(ms / HOUR_MS);
  }
  return { floors: known, hoursSince: Float64Array.from(hours), bytesPerHour: bytesPerMs * HOUR_MS };
}

type Span = { readonly fromMs: number; readonly toMs: number };

function pausesBetween(floors: readonly MemoryFloor[]): readonly Span[] {
  const spans = floors.slice(1).map(({ atMs }, i) => ({ fromMs: floors[i]?.atMs ?? 0, toMs: atMs }));
  const usualMs = median(spans.map(({ fromMs, toMs }) => toMs - fromMs)) ?? 0;
  return spans.filter(({ fromMs, toMs }) => toMs - fromMs > PAUSE_DISTANCES * usualMs);
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
