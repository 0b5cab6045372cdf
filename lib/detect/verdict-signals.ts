import type { LeakVerdict } from '#lib/detect/leak-judgement.ts';
import type { MemoryForm } from '#lib/metrics/signal.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import { codeOfWord } from '#lib/metrics/unit.ts';

/** A rolling verdict without its evidence. `expectedLimitMs` counts from `judgedAtMs`; null: no limit is drawing near. */
export type VerdictHead = {
  readonly judgedAtMs: number;
  readonly verdict: LeakVerdict;
  readonly slopeMibPerHour: number | null;
  readonly expectedLimitMs: number | null;
  readonly reservedBytes: number | null;
  readonly aboveReservedBytes: number | null;
};

/** A verdict that is older is unknown: it was given every five minutes while there were numbers. */
export const VERDICT_OLD_MS = 15 * 60_000;

const MIB = 1024 ** 2;
const HOUR_S = 3600;

/**
 * What a verdict says as a signal at `nowMs`: its code (see `codeOfWord`), growth in bytes per second, or seconds until
 * the limit, or bytes. null: no verdict, too old, or it does not tell.
 */
export function verdictSignal(head: VerdictHead | undefined, form: MemoryForm, nowMs: number): number | null {
  if (head === undefined || nowMs - head.judgedAtMs > VERDICT_OLD_MS) return null;
  switch (form) {
    case 'verdict':
      return codeOfWord('leak_verdict', head.verdict);
    case 'growth':
      return head.slopeMibPerHour === null ? null : (head.slopeMibPerHour * MIB) / HOUR_S;
    case 'reserved':
      return head.reservedBytes;
    case 'above-reserved':
      return head.aboveReservedBytes;
    case 'time-to-limit':
      if (head.expectedLimitMs === null) return null;
      return Math.max(0, head.expectedLimitMs - Math.max(0, nowMs - head.judgedAtMs)) / 1000;
  }
}

/** Whether any of these signals is read off a leak verdict, whose evidence says more than a chart. */
export function readsMemoryVerdict(signals: readonly string[]): boolean {
  return signals.some((id) => findSignal(id)?.compute.type === 'memory-verdict');
}
