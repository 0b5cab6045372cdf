import type { MemoryPoint } from '#lib/detect/memory-point.ts';
import { Random } from '#lib/simulator/random.ts';
import { judgeAt, namesOf, SINGLE_CELLS } from '#tests/bench/leak/leak-grid.ts';
import {
  type Disturbances,
  HOUR_MS,
  type MemorySeries,
  memorySeries,
  SERIES_START_MS,
} from '#tests/bench/leak/memory-series.ts';
import { printTable, quantileOf } from '#tests/bench/table.ts';

const LEAK_MIB_PER_HOUR = 47.5;
const MIB = 1024 ** 2;
const EVERY_MS = 600_000;
const NOISES_MIB = [0, 1, 4, 16];

/** What the grid does not promise: late leaks, loads that nobody tells of, caches, teeth that differ, several steps. */
export function printBesideTheGrid(nextSeed: () => number): void {
  const calm = SINGLE_CELLS.find((cell) => cell.noiseMib === 4 && namesOf(cell).length === 0) as Disturbances;
  const times = <T>(count: number, make: (seed: number) => T): readonly T[] =>
    Array.from({ length: count }, () => make(nextSeed()));
  const late = times(60, (seed) => hoursToLateLeak(memorySeries(seed, 0, 18, calm))).filter((hours) => hours !== null);
  const falseOf = (count: number, seriesOf: (seed: number) => MemorySeries): string =>
    `${times(count, (seed) => isEverLeak(seriesOf(seed))).filter(Boolean).length} of ${count}`;
  printTable('beside the grid', [
    ['', ''],
    ['leak of 47.5 MiB/h that begins after 12 level hours: found', `${late.length} of 60`],
    [
      '   hours after its beginning, median and p90',
      `${quantileOf(late, 0.5).toFixed(1)}, ${quantileOf(late, 0.9).toFixed(1)}`,
    ],
    [
      "day's load that is not known, 24 h: false leaks",
      falseOf(60, (seed) => blind(memorySeries(seed, 0, 24, { ...calm, dailyLoad: true }))),
    ],
    ...NOISES_MIB.map((noiseMib) => [
      `a cache of 100–600 MiB that fills up with τ of 1–3 h, noise ${noiseMib} MiB, 6 h: false leaks`,
      falseOf(60, (seed) => cached(seed, memorySeries(seed, 0, 6, { ...calm, noiseMib }))),
    ]),
    ...NOISES_MIB.map((noiseMib) => [
      `teeth of different length, noise ${noiseMib} MiB, 6 h: false leaks`,
      falseOf(60, (seed) => toothed(seed, memorySeries(seed, 0, 6, { ...calm, noiseMib }))),
    ]),
    [
      'two to five steps up or down, 6 h: false leaks',
      falseOf(60, (seed) => stepped(seed, memorySeries(seed, 0, 6, calm))),
    ],
  ]);
}

function hoursToLateLeak(series: MemorySeries): number | null {
  const leaked = added(series, (hour) => LEAK_MIB_PER_HOUR * Math.max(0, hour - 12));
  const beginsMs = SERIES_START_MS + 12 * HOUR_MS;
  for (let nowMs = beginsMs; nowMs <= series.endMs; nowMs += EVERY_MS) {
    if (judgeAt(leaked, nowMs).verdict === 'leak') return (nowMs - beginsMs) / HOUR_MS;
  }
  return null;
}

function isEverLeak(series: MemorySeries): boolean {
  for (let nowMs = SERIES_START_MS; nowMs <= series.endMs; nowMs += EVERY_MS) {
    if (judgeAt(series, nowMs).verdict === 'leak') return true;
  }
  return false;
}

function blind(series: MemorySeries): MemorySeries {
  return { ...series, points: series.points.map((point) => ({ ...point, load: null })) };
}

function cached(seed: number, series: MemorySeries): MemorySeries {
  const random = new Random(seed + 17);
  const [tauH, mib] = [1 + 2 * random.next(), 100 + 500 * random.next()];
  return added(series, (hour) => mib * (1 - Math.exp(-hour / tauH)));
}

/** Each tooth lasts 0.5 to 1.5 of the usual 10 to 40 minutes. */
function toothed(seed: number, series: MemorySeries): MemorySeries {
  const random = new Random(seed + 17);
  const [usualH, mib] = [1 / 6 + random.next() / 2, 20 + 100 * random.next()];
  const releases = [0];
  for (let hour = 0; hour < 7; releases.push(hour)) hour += usualH * (0.5 + random.next());
  return added(series, (hour) => (mib * (hour - (releases.findLast((release) => release <= hour) ?? 0))) / usualH);
}

function stepped(seed: number, series: MemorySeries): MemorySeries {
  const random = new Random(seed + 17);
  const steps = Array.from({ length: 2 + Math.floor(4 * random.next()) }, () => ({
    atH: 6 * random.next(),
    mib: -100 + 300 * random.next(),
  }));
  return added(series, (hour) => steps.reduce((sum, { atH, mib }) => sum + (hour >= atH ? mib : 0), 0));
}

/** In whole MiB. */
function added(series: MemorySeries, mibAt: (hour: number) => number): MemorySeries {
  const bytesAt = ({ atMs }: MemoryPoint): number => Math.floor(mibAt((atMs - SERIES_START_MS) / HOUR_MS)) * MIB;
  const points = series.points.map((point) => ({ ...point, bytes: (point.bytes ?? 0) + bytesAt(point) }));
  return { ...series, points };
}
