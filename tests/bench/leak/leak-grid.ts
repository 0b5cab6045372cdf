import { judgeMemory } from '#lib/detect/judge-memory.ts';
import type { LeakVerdict } from '#lib/detect/leak-judgement.ts';
import {
  type Disturbances,
  HOUR_MS,
  type MemorySeries,
  memorySeries,
  SERIES_START_MS,
} from '#tests/bench/leak/memory-series.ts';

const PARTS = ['warmUpRamp', 'step', 'sawTooth', 'dailyLoad', 'restart', 'missingPolls'] as const;
const NOISES_MIB = [0, 1, 4, 16];
const JUDGED_EVERY_MS = 10 * 60_000;
const WINDOW_MS = 24 * HOUR_MS;
const CARD_BYTES = 6 * 1024 ** 3;

/** Every combination of the disturbances at every noise: 256 cells. */
export const ALL_CELLS: readonly Disturbances[] = NOISES_MIB.flatMap((noiseMib) =>
  Array.from({ length: 2 ** PARTS.length }, (_, bits) => ({
    noiseMib,
    ...(Object.fromEntries(PARTS.map((part, i) => [part, (bits & (1 << i)) !== 0])) as Omit<Disturbances, 'noiseMib'>),
  })),
);

/** At most one disturbance beside noise and missing polls: 48 cells. */
export const SINGLE_CELLS: readonly Disturbances[] = ALL_CELLS.filter((cell) => namesOf(cell).length <= 1);

/** Names of what disturbs a cell, beside noise and missing polls. */
export function namesOf(cell: Disturbances): readonly string[] {
  return PARTS.filter((part) => part !== 'missingPolls' && cell[part]);
}

export type Outcome = {
  readonly cell: Disturbances;
  /** The verdict at the end. */
  readonly verdict: LeakVerdict;
  /** Hours from the (last) start to the first `leak`, judged every ten minutes; null when it never came. */
  readonly foundAfterH: number | null;
  /** Whether the true slope lies in the interval at the end; null where there is no interval. */
  readonly isCovered: boolean | null;
  readonly asksForMore: boolean;
};

/** Judges a made-up series as the collector would: every ten minutes, over the last 24 hours at most. */
export function judgeCell(seed: number, slope: number, hours: number, cell: Disturbances): Outcome {
  const series = memorySeries(seed, slope, hours, cell);
  let foundAfterH: number | null = null;
  let last = judgeAt(series, SERIES_START_MS);
  for (let nowMs = SERIES_START_MS + JUDGED_EVERY_MS; nowMs <= series.endMs; nowMs += JUDGED_EVERY_MS) {
    last = judgeAt(series, nowMs);
    // A verdict on the process before a restart is no answer on the one that runs at the end.
    const counts = slope === 0 || nowMs > series.startedMs;
    if (last.verdict === 'leak' && counts) foundAfterH ??= (nowMs - series.startedMs) / HOUR_MS;
  }
  const interval = last.slopeMibPerHour;
  return {
    cell,
    verdict: last.verdict,
    foundAfterH,
    isCovered: interval === null ? null : interval.low <= slope && slope <= interval.high,
    asksForMore: last.moreFloors !== null && last.moreFloors > 0,
  };
}

export function judgeAt(series: MemorySeries, nowMs: number): ReturnType<typeof judgeMemory> {
  const points = series.points.filter((point) => point.atMs <= nowMs && point.atMs > nowMs - WINDOW_MS);
  return judgeMemory(points, {
    nowMs,
    quantumBytes: 1024 ** 2,
    limitBytes: CARD_BYTES,
    reservedBytes: null,
    restarts: series.restarts.filter((restart) => restart.atMs <= nowMs),
  });
}
