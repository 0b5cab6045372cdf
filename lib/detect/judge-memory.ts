import type { LeakFacts, LeakJudgement } from '#lib/detect/leak-judgement.ts';
import { judgeFloors } from '#lib/detect/leak-verdict.ts';
import { memoryFalls } from '#lib/detect/memory-falls.ts';
import { floorsPerWindow } from '#lib/detect/memory-floors.ts';
import { memoryPerLoad } from '#lib/detect/memory-per-load.ts';
import { type MemoryPoint, readingsOf } from '#lib/detect/memory-point.ts';
import { memoryQuantum } from '#lib/detect/memory-quantum.ts';
import { processLife, type Restart, withoutGlitches } from '#lib/detect/memory-restarts.ts';
import { warmUpEndMs } from '#lib/detect/warm-up.ts';

/** A quantum that is not given is read off the values. */
export type MemoryFacts = Omit<LeakFacts, 'quantumBytes' | 'bytesPerLoad' | 'releases'> & {
  readonly quantumBytes: number | null;
  /** Starts of the process that are known; those that memory shows are found beside them. */
  readonly restarts: readonly Restart[];
};

/**
 * The leak verdict on a GPU's or a process's memory over the time that the points cover: from the newest restart on,
 * warm-up removed, one floor per five minutes of the clock. Points in any order, polls or lows of minutes; a missing one
 * is left out or has null bytes.
 */
export function judgeMemory(points: readonly MemoryPoint[], facts: MemoryFacts): LeakJudgement {
  const readings = withoutGlitches(readingsOf(points));
  const { restarts, sinceMs } = processLife(readings, facts.restarts);
  const current = readings.filter((reading) => reading.atMs >= sinceMs);
  const warmMs = warmUpEndMs(current) ?? facts.nowMs;
  const warm = current.filter((reading) => reading.atMs >= warmMs);
  const bytesPerLoad = memoryPerLoad(warm);
  const quantumBytes = facts.quantumBytes ?? memoryQuantum(warm.map((reading) => reading.bytes));
  const { releases, unseenMs } = memoryFalls(warm, bytesPerLoad, quantumBytes);
  if (unseenMs !== null) {
    const unseen = { atMs: unseenMs, cause: 'memory fell while it was not read' };
    return judgeMemory(points, { ...facts, restarts: [...facts.restarts, unseen] });
  }
  const floors = floorsPerWindow(
    warm,
    facts.nowMs,
    bytesPerLoad,
    releases.map(({ atMs }) => atMs),
  );
  const history = { restarts, warmUp: { fromMs: sinceMs, toMs: warmMs } };
  return judgeFloors('window', floors, { ...facts, quantumBytes, bytesPerLoad, releases }, history);
}
