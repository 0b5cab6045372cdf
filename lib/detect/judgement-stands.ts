import type { LeakJudgement, LeakVerdict } from '#lib/detect/leak-judgement.ts';
import type { MemoryPoint } from '#lib/detect/memory-point.ts';

/** What is kept of a judgement to see whether new memory can change it. */
export type StandingJudgement = {
  readonly atMs: number;
  readonly verdict: LeakVerdict;
  /** Between these lay the floors; null without any. */
  readonly lowBytes: number | null;
  readonly highBytes: number | null;
  readonly quantumBytes: number;
};

export function standingOf(judgement: LeakJudgement, atMs: number): StandingJudgement {
  const floors = judgement.floors.map((floor) => floor.bytes);
  return {
    atMs,
    verdict: judgement.verdict,
    lowBytes: floors.length === 0 ? null : Math.min(...floors),
    highBytes: floors.length === 0 ? null : Math.max(...floors),
    quantumBytes: judgement.quantumBytes,
  };
}

const LONGEST_MS = 30 * 60_000;
/** Floors this close together are left by any growth that matters within minutes. */
const LEVEL_BYTES = 8 * 1024 ** 2;
const LONGEST_LEVEL_MS = 60 * 60_000;

/**
 * Whether a judgement holds on without being made anew, for up to half an hour (an hour where
 * the floors are level): no growth was found, and the lowest of
 * the `fresh` readings lies where the judged floors lie, so neither a rise nor a restart came. Most GPUs are level most
 * of the time, and a judgement costs a hundred times this look.
 */
export function judgementStands(last: StandingJudgement, fresh: readonly MemoryPoint[], nowMs: number): boolean {
  if (last.verdict === 'leak' || last.verdict === 'inconclusive') return false;
  if (last.lowBytes === null || last.highBytes === null) return false;
  const longestMs = last.highBytes - last.lowBytes <= LEVEL_BYTES ? LONGEST_LEVEL_MS : LONGEST_MS;
  if (nowMs - last.atMs >= longestMs) return false;
  const known = fresh.flatMap(({ bytes }) => (bytes === null ? [] : [bytes]));
  if (known.length === 0) return true;
  const low = Math.min(...known);
  return low >= last.lowBytes - last.quantumBytes && low <= last.highBytes + last.quantumBytes;
}
