import type { MemoryReading } from '#lib/detect/memory-point.ts';
import { median } from '#lib/detect/order-statistics.ts';

/** Readings on each side of a fall; the second lowest of them stands for all, which buffers and noise move little. */
const SIDE = 5;
/** Standard deviation of one reading over the usual change, and of the difference of two sides over that. */
const NOISE_OF_CHANGE = 1.05;
const SIDE_NOISE = 0.85;
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
/** Two readings on the far side are enough for the second lowest: so far from a fall it may seem to be. */
const NEAR = SIDE - 2;

/** When memory had been given back (the first reading after it), and how much. */
export type MemoryRelease = { readonly atMs: number; readonly bytes: number };

export type MemoryFalls = {
  readonly releases: readonly MemoryRelease[];
  /** The first reading after a pause in which memory fell more than it does otherwise: another process may have begun. */
  readonly unseenMs: number | null;
};

/**
 * Releases: falls that stay for the next readings, by more than 4 MiB, 4 quanta and 4.5 standard deviations of the noise, which
 * the usual change between two readings tells (3.2 for one of the size of others). `readings` oldest first.
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
  const noise = SIDE_NOISE * NOISE_OF_CHANGE * (median(changes.subarray(1)) ?? 0);
  const least = (noises: number): number => Math.max(LEAST_QUANTA * quantumBytes, LEAST_BYTES, noises * noise);
  const falls = fallsOf(bytes);
  const peaks = peaksOf(falls, least(LEAST_NOISES.beside));
  const alone = peaks.map((i) => falls[i] ?? 0).filter((fall) => fall > least(LEAST_NOISES.alone));
  const enough = alone.length < 2 ? least(LEAST_NOISES.alone) : LEAST_SHARE * (median(alone) ?? 0);
  const longest = MOST_DISTANCES * (median(distances.subarray(1)) ?? 0);
  const found = peaks
    .filter((i) => (falls[i] ?? 0) > Math.min(enough, least(LEAST_NOISES.alone)))
    .map((i) => ({ index: sharpest(bytes, i), bytes: falls[i] ?? 0 }));
  const timeOf = (index: number): number => readings[index]?.atMs ?? 0;
  const releases = found
    .filter(({ index }) => (distances[index] ?? 0) <= longest)
    .map(({ index, ...release }) => ({ atMs: timeOf(index), ...release }));
  const usual = median(releases.map((release) => release.bytes)) ?? 0;
  const mostReleased = Math.max(LEAST_UNSEEN_BYTES, MOST_OF_RELEASE * usual);
  const unseen = found.findLast((fall) => (distances[fall.index] ?? 0) >= UNSEEN_MS && fall.bytes > mostReleased);
  return { releases, unseenMs: unseen === undefined ? null : timeOf(unseen.index) };
}

/** By how much the readings from each on lie below those before it. */
function fallsOf(bytes: Float64Array): Float64Array {
  const lows = new Float64Array(bytes.length);
  for (let i = 0; i + SIDE <= bytes.length; i += 1) lows[i] = secondLowest(bytes, i);
  const falls = new Float64Array(bytes.length);
  for (let i = SIDE; i + SIDE <= bytes.length; i += 1) falls[i] = (lows[i - SIDE] ?? 0) - (lows[i] ?? 0);
  return falls;
}

/** Of the readings from `from` on. */
function secondLowest(bytes: Float64Array, from: number): number {
  let [lowest, second] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = from; i < from + SIDE; i += 1) {
    const value = bytes[i] ?? 0;
    if (value < lowest) [lowest, second] = [value, lowest];
    else if (value < second) second = value;
  }
  return second;
}

/** Falls of more than `least` that none within a side exceeds. */
function peaksOf(falls: Float64Array, least: number): readonly number[] {
  const peaks: number[] = [];
  for (let i = SIDE; i + SIDE <= falls.length; i += 1) if ((falls[i] ?? 0) > least && isPeak(falls, i)) peaks.push(i);
  return peaks;
}

function isPeak(falls: Float64Array, i: number): boolean {
  const own = falls[i] ?? 0;
  for (let j = i - SIDE; j <= i + SIDE; j += 1) {
    const other = falls[j] ?? 0;
    if (other > own || (other === own && j < i)) return false;
  }
  return true;
}

function sharpest(bytes: Float64Array, i: number): number {
  let [best, most] = [i, Number.NEGATIVE_INFINITY];
  for (let j = i - NEAR; j <= i + NEAR; j += 1) {
    const fall = Math.min(bytes[j - 1] ?? 0, bytes[j - 2] ?? 0) - (bytes[j] ?? 0);
    if (fall > most) [best, most] = [j, fall];
  }
  return best;
}
