import type { BurstSignal } from '#lib/detect/burst-sample.ts';

/**
 * `ongoing`: the load lasts. `still-recovering`: it ended and not every signal is back. `did-not-recover`: not for ten
 * minutes; it becomes `recovered` if it comes back later. `inconclusive` says why.
 */
export const BURST_VERDICTS = ['ongoing', 'still-recovering', 'recovered', 'did-not-recover', 'inconclusive'] as const;
export type BurstVerdict = (typeof BURST_VERDICTS)[number];

/** Report 000 aims at less, report 001 promises no more than. */
export const RECOVERY_AIM_MS = 3000;
export const RECOVERY_PROMISE_MS = 6000;

/** A time that is known to the poll, or to the gap, that it fell into. */
export type Timing = { readonly atMs: number; readonly plusMinusMs: number };

export type SignalRecovery = {
  readonly signal: BurstSignal;
  readonly middle: number;
  readonly limit: number;
  readonly worse: 'more' | 'less';
  /** Quiet polls that the band comes from; 0: assumed. */
  readonly bandPolls: number;
  /** `kept`: never left its band; `unknown`: no numbers of it after the load, so it is not judged. */
  readonly state: 'kept' | 'back' | 'outside' | 'unknown';
  /** After the end of the load, 0 when before; null while outside or unknown. */
  readonly recoveryMs: number | null;
  readonly plusMinusMs: number | null;
  readonly worst: number | null;
};

/** A burst as it is known by now. Times are epoch ms; null is not known (yet). */
export type BurstRecord = {
  /** Start of the first poll that shows it. */
  readonly start: Timing;
  /** What its arrivals are compared with, and whether that is the baseline or what came before. */
  readonly usualRps: number;
  readonly usualFrom: 'baseline' | 'before';
  /** How far a second of usual arrivals may lie from that. */
  readonly usualSpreadRps: number;
  readonly peakRps: number;
  readonly peakAtMs: number;
  readonly multiplier: number;
  /** Mean arrivals from the start to the end of the load (till now while it lasts). */
  readonly meanRps: number | null;
  /** Times that the load came back before the engine had recovered, the first included. */
  readonly waves: number;
  readonly queuePeak: number | null;
  readonly queuePeakAtMs: number | null;
  readonly loadEnd: Timing | null;
  /** From the end of the load until nothing waits that did not wait before; 0 when it never did. */
  readonly drainMs: number | null;
  readonly recoveryMs: number | null;
  readonly recoveredAtMs: number | null;
  readonly plusMinusMs: number | null;
  /** The signal that came back last; `load` when all were inside when the load ended. */
  readonly last: BurstSignal | 'load' | null;
  readonly signals: readonly SignalRecovery[];
  /** From the start until it was over, or until now. */
  readonly arrived: number;
  readonly served: number;
  readonly failed: number | null;
  /** How far speed per running request fell, as a share of the usual. */
  readonly speedDepth: number | null;
  /** Worst TTFT over the usual. */
  readonly ttftTimes: number | null;
  /** Request-seconds of waiting for first tokens beyond the usual. */
  readonly lostS: number | null;
  readonly verdict: BurstVerdict;
  readonly reason: string;
  /** Recovered, but polls after it do not confirm it yet. */
  readonly isConfirming: boolean;
  readonly untilMs: number;
  readonly isOpen: boolean;
};

/** How a recovery stands against the promise; `too-coarse` when the limit lies within its ±. */
export function againstPromise(recoveryMs: number, plusMinusMs: number): 'aim' | 'promise' | 'missed' | 'too-coarse' {
  if (recoveryMs + plusMinusMs < RECOVERY_AIM_MS) return 'aim';
  if (recoveryMs + plusMinusMs <= RECOVERY_PROMISE_MS) return 'promise';
  return recoveryMs - plusMinusMs > RECOVERY_PROMISE_MS ? 'missed' : 'too-coarse';
}
