import type { BurstView } from '#lib/api/bursts.ts';
import { againstPromise, type BurstVerdict } from '#lib/detect/burst-record.ts';
import type { BurstSignal } from '#lib/detect/burst-sample.ts';
import type { Unit } from '#lib/metrics/unit.ts';

type Burst = BurstView['burst'];

export const BURST_VERDICT_WORDS: Readonly<Record<BurstVerdict, string>> = {
  ongoing: 'Load lasts',
  'still-recovering': 'Still recovering',
  recovered: 'Recovered',
  'did-not-recover': 'Did not recover',
  inconclusive: 'Inconclusive',
};

export const BURST_SIGNAL_WORDS: Readonly<Record<BurstSignal, string>> = {
  waiting: 'Waiting requests',
  ttft: 'TTFT p95',
  token_speed: 'Tokens/s per running request',
  kv_cache: 'KV cache used',
  preemptions: 'Preemptions',
};

export const BURST_SIGNAL_UNITS: Readonly<Record<BurstSignal, Unit>> = {
  waiting: 'requests',
  ttft: 'seconds',
  token_speed: 'tokens_per_second',
  kv_cache: 'ratio',
  preemptions: 'per_second',
};

/** Seconds with no more digits than the ± allows. */
export function secondsText(ms: number): string {
  return `${ms < 10_000 ? Number((ms / 1000).toFixed(1)) : Math.round(ms / 1000)} s`;
}

/** "4.5 s ± 1 s"; "at once" when nothing was outside when the load ended. */
export function recoveryText(recoveryMs: number | null, plusMinusMs: number | null): string {
  if (recoveryMs === null) return '–';
  const plusMinus = plusMinusMs === null ? '' : ` ± ${secondsText(plusMinusMs)}`;
  return `${secondsText(recoveryMs)}${plusMinus}`;
}

/** How the recovery stands against report 000's aim and 001's promise; '' while it is not known. */
export function promiseText({ recoveryMs, plusMinusMs, isConfirming }: Burst): string {
  if (recoveryMs === null) return '';
  if (isConfirming) return 'not confirmed yet: it must stay for 30 s';
  const words = {
    aim: 'within the 3 s aimed at',
    promise: 'within the 6 s promised',
    missed: 'longer than the 6 s promised',
    'too-coarse': 'the ± is too wide to tell it from the 6 s promised',
  } as const;
  return words[againstPromise(recoveryMs, plusMinusMs ?? 0)];
}

/** What came back last, in words. */
export function lastText({ last, verdict, signals }: Burst): string {
  if (last === 'load') return 'nothing was outside its band when the load ended';
  if (last !== null) return BURST_SIGNAL_WORDS[last];
  if (verdict === 'ongoing' || verdict === 'inconclusive') return '–';
  const outside = signals.filter(({ state }) => state === 'outside').map(({ signal }) => BURST_SIGNAL_WORDS[signal]);
  return outside.length === 0 ? '–' : `outside: ${outside.join(', ')}`;
}

/** One sentence for the reader at night. */
export function burstHeadline(burst: Burst): string {
  const size = `${Number(burst.multiplier.toPrecision(2))}× the usual arrivals`;
  switch (burst.verdict) {
    case 'ongoing':
      return `${size}, and the load lasts.`;
    case 'still-recovering':
      return burst.isConfirming
        ? `${size}. Back after ${recoveryText(burst.recoveryMs, burst.plusMinusMs)}, not confirmed yet.`
        : `${size}. The load is over, the engine is not back: ${lastText(burst)}.`;
    case 'recovered':
      return `${size}. Recovered in ${recoveryText(burst.recoveryMs, burst.plusMinusMs)}, ${promiseText(burst)}.`;
    case 'did-not-recover':
      return `${size}. Ten minutes after the load the engine is not back: ${lastText(burst)}.`;
    case 'inconclusive':
      return `${size}. No verdict: ${burst.reason}.`;
  }
}
