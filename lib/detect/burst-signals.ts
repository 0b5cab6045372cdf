import type { BurstRecord } from '#lib/detect/burst-record.ts';
import type { BurstForm } from '#lib/metrics/signal.ts';
import { codeOfWord } from '#lib/metrics/unit.ts';

/** How long a burst that is over speaks of its engine. */
export const BURST_TOLD_MS = 600_000;

/**
 * What the newest burst of an engine says as a signal at `nowMs`: its verdict (see `codeOfWord`), or seconds from the end
 * of its load to its recovery; while that lasts up to its newest poll, without which nothing more is known. null: no burst in the last ten minutes, or it does not tell.
 */
export function burstSignal(burst: BurstRecord | undefined, form: BurstForm, nowMs: number): number | null {
  if (burst === undefined || (!burst.isOpen && nowMs - burst.untilMs > BURST_TOLD_MS)) return null;
  if (form === 'verdict') return codeOfWord('burst_verdict', burst.verdict);
  if (burst.recoveryMs !== null) return burst.recoveryMs / 1000;
  if (burst.loadEnd === null || burst.verdict === 'inconclusive') return null;
  return Math.max(0, burst.untilMs - burst.loadEnd.atMs) / 1000;
}
