import type { Slo } from '#lib/metrics/slo.ts';
import type { HistogramWindow } from '#lib/series/measure.ts';
import { sharesWithin } from '#lib/series/measure-slo.ts';
import type { Share } from '#lib/series/quantile.ts';

/** What is stored of an engine for one minute; null where it was not seen. */
export type SlaMinute = {
  readonly windowOf: (histogram: string) => HistogramWindow | undefined;
  readonly finished: number | null;
  readonly elapsedMs: number;
  /** Fewest and most waiting requests that a poll of the minute saw. */
  readonly waitingLeast: number | null;
  readonly waitingMost: number | null;
};

/** `idle`: nobody asked for anything, so nothing was kept or broken. */
export type SlaOutcome = 'met' | 'missed' | 'unknown' | 'idle';

/** 0.99 as 99 of 100 must not fail at the sixteenth digit. */
const ROUNDING = 1e-9;

/**
 * Whether a minute kept what is promised: each latency for the promised share of its requests, and the rate while a queue
 * stood all minute long. A minute in which requests waited and none moved is missed. What the buckets leave open is unknown.
 */
export function judgeSlaMinute(minute: SlaMinute, slo: Slo): SlaOutcome {
  const { finished, waitingLeast, waitingMost } = minute;
  const shares = sharesWithin(slo, minute.windowOf);
  const isServed = (finished ?? 0) > 0 || shares.some((share) => share !== null);
  if (!isServed && finished === null && waitingMost === null) return 'unknown';
  if (!isServed && (waitingMost ?? 0) === 0) return 'idle';
  if (!isServed) return (waitingLeast ?? 0) > 0 ? 'missed' : 'unknown';
  const verdicts = [...shares.map((share) => latencyOutcome(share, slo.objective)), rateOutcome(minute, slo)];
  for (const outcome of ['missed', 'unknown', 'met'] as const) if (verdicts.includes(outcome)) return outcome;
  return 'unknown';
}

function latencyOutcome(share: Share | null, objective: number): SlaOutcome | null {
  if (share === null) return null;
  if (share.atLeast >= objective - ROUNDING) return 'met';
  return share.atMost < objective - ROUNDING ? 'missed' : 'unknown';
}

/** Where the queue was empty at some poll, all that was asked for was served: a low rate is then low demand. */
function rateOutcome({ finished, elapsedMs, waitingLeast }: SlaMinute, slo: Slo): SlaOutcome | null {
  if (slo.requestsPerSecond === null) return null;
  if (waitingLeast === null) return 'unknown';
  if (waitingLeast === 0) return 'met';
  if (finished === null || elapsedMs <= 0) return 'unknown';
  return (finished * 1000) / elapsedMs >= slo.requestsPerSecond ? 'met' : 'missed';
}
