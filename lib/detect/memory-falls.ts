import type { MemoryReading } from '#lib/detect/memory-point.ts';
import { median } from '#lib/detect/order-statistics.ts';

/** Readings on each side of a fall: four minutes of polls, five at the least. */
const SIDE = { ms: 4 * 60_000, least: 5, most: 8 } as const;
/** The mean of the lowest of them stands for all: buffers raise fewer. */
const LOW_SHARE = 0.7;
/** Standard deviation of one reading over the usual change, and of the difference of two sides over that, times √side. */
const NOISE_OF_CHANGE = 1.05;
const SIDE_NOISE = 1.49;
/** The second lowest on each side must fall by this share too: what several buffers in a row come down by is no fall. */
const LEAST_SECOND_SHARE = { risen: 0.4, plain: 0.1 } as const;
/** A fall stands out for itself, or beside two that do when it is of their size. */
const LEAST_NOISES = { alone: 4.5, beside: 3.2 } as const;
const LEAST_SHARE = 0.6;
const LEAST_QUANTA = 4;
const LEAST_BYTES = 4 * 1024 ** 2;
/** A fall over a pause of this many usual distances tells no time; over a longer one, no more whose memory it is. */
const MOST_DISTANCES = 4;
const UNSEEN_MS = 5 * 60_000;
/** Larger than what is given back at other times by this much, and than this: no release. */
const MOST_OF_RELEASE = 1.5;
const LEAST_UNSEEN_BYTES = 16 * 1024 ** 2;

/** When memory had been given back (the first reading after it), and how much. */
export type MemoryRelease = { readonly atMs: number; readonly bytes: number };

export type MemoryFalls = {
  readonly releases: readonly MemoryRelease[];
  /** The first reading after a pause in which memory fell more than it does otherwise: another process may have begun. */
  readonly unseenMs: number | null;
};

/**
 * Releases: falls that stay for the next readings, by more than 4 MiB, 4 quanta and 4.5 standard deviations of the noise, which
 * the usual change between two readings tells (3.2 for one of the size of others). A fall is how much lower the low readings
 * of the next four minutes lie than those of the last four, and what memory usually rises by in that time: within a
 * saw-tooth that hides part of it. `readings` oldest first.
 */
export function memoryFalls(
  readings: readonly MemoryReading[],
  bytesPerLoad: number,
  quantumBytes: number,
): MemoryFalls {
  const n = readings.length;
  const bytes = new Float64Array(n);
  const changes = new Float64Array(n);
  const distances = new Float64Array(n);
  for (const [i, reading] of readings.entries()) {
    bytes[i] = reading.bytes - bytesPerLoad * (reading.load ?? 0);
    changes[i] = Math.abs((bytes[i] ?? 0) - (bytes[i - 1] ?? 0));
    distances[i] = reading.atMs - (readings[i - 1]?.atMs ?? reading.atMs);
  }
  const usualMs = median(distances.subarray(1)) ?? 0;
  const side = Math.max(SIDE.least, Math.min(SIDE.most, Math.round(SIDE.ms / usualMs)));
  const noise = (SIDE_NOISE / Math.sqrt(side)) * NOISE_OF_CHANGE * (median(changes.subarray(1)) ?? 0);
  const least = (noises: number): number => Math.max(LEAST_QUANTA * quantumBytes, LEAST_BYTES, noises * noise);
  const falls = fallsOf(bytes, side);
  const peaks = peaksOf(falls, side, least(LEAST_NOISES.beside));
  const alone = peaks.map((i) => falls[i] ?? 0).filter((fall) => fall > least(LEAST_NOISES.alone));
  const enough = alone.length < 2 ? least(LEAST_NOISES.alone) : LEAST_SHARE * (median(alone) ?? 0);
  const longest = MOST_DISTANCES * usualMs;
  const found = peaks
    .filter((i) => (falls[i] ?? 0) > Math.min(enough, least(LEAST_NOISES.alone)))
    .map((i) => ({ index: sharpest(bytes, i, side), bytes: falls[i] ?? 0 }));
  const timeOf = (index: number): number => readings[index]?.atMs ?? 0;
  const releases = found
    .filter(({ index }) => (distances[index] ?? 0) <= longest)
    .map(({ index, ...release }) => ({ atMs: timeOf(index), ...release }));
  const usual = median(releases.map((release) => release.bytes)) ?? 0;
  const mostReleased = Math.max(LEAST_UNSEEN_BYTES, MOST_OF_RELEASE * usual);
  const unseen = found.findLast((fall) => (distances[fall.index] ?? 0) >= UNSEEN_MS && fall.bytes > mostReleased);
  return { releases, unseenMs: unseen === undefined ? null : timeOf(unseen.index) };
}

/** By how much the readings from each on lie below those before it, what memory usually rises by in between made up for. */
function fallsOf(bytes: Float64Array, side: number): Float64Array {
  const count = bytes.length - side + 1;
  const lows = new Float64Array(Math.max(0, count));
  const seconds = new Float64Array(lows.length);
  const sorted = new Float64Array(side);
  const low = Math.ceil(LOW_SHARE * side);
  for (let i = 0; i < lows.length; i += 1) {
    sorted.set(bytes.subarray(i, i + side));
    sorted.sort();
    let sum = 0;
    for (let k = 0; k < low; k += 1) sum += sorted[k] ?? 0;
    lows[i] = sum / low;
    seconds[i] = sorted[1] ?? 0;
  }
  const falls = new Float64Array(bytes.length);
  for (let i = side; i < lows.length; i += 1) falls[i] = (lows[i - side] ?? 0) - (lows[i] ?? 0);
  const risen = Math.max(0, -(median(falls.subarray(side, lows.length)) ?? 0));
  for (let i = side; i < lows.length; i += 1) {
    const fall = (falls[i] ?? 0) + risen;
    const second = (seconds[i - side] ?? 0) - (seconds[i] ?? 0);
    const stands = second + risen > LEAST_SECOND_SHARE.risen * fall && second > LEAST_SECOND_SHARE.plain * fall;
    falls[i] = stands ? fall : 0;
  }
  return falls;
}

/** Falls of more than `least` that none within a side exceeds. */
function peaksOf(falls: Float64Array, side: number, least: number): readonly number[] {
  const peaks: number[] = [];
  for (let i = side; i + side <= falls.length; i += 1) {
    if ((falls[i] ?? 0) > least && isPeak(falls, i, side)) peaks.push(i);
  }
  return peaks;
}

function isPeak(falls: Float64Array, i: number, side: number): boolean {
  const own = falls[i] ?? 0;
  for (let j = i - side; j <= i + side; j += 1) {
    const other = falls[j] ?? 0;
    if (other > own || (other === own && j < i)) return false;
  }
  return true;
}

/**
 * The entry that parts high readings from low ones best, two from the ends of both sides: the sum of what those before it
 * lie above the middle is largest there. No reading counts for more than half the fall, or a buffer would.
 */
function sharpest(bytes: Float64Array, i: number, side: number): number {
  const high = median(bytes.subarray(i - side, i)) ?? 0;
  const half = (high - (median(bytes.subarray(i, i + side)) ?? 0)) / 2;
  let [best, most, sum] = [i, Number.NEGATIVE_INFINITY, 0];
  for (let j = i - side; j < i + side - 2; j += 1) {
    sum += Math.max(-half, Math.min(half, (bytes[j] ?? 0) - (high - half)));
    if (sum > most && j + 1 >= i - side + 2) [best, most] = [j + 1, sum];
  }
  return best;
}
