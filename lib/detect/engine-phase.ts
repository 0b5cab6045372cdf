/** One minute of an engine, from the minute roll-up. null is unknown. */
export type EngineMinute = {
  readonly atMs: number;
  readonly finishedPerSecond: number | null;
  readonly runningMean: number | null;
  readonly waitingMax: number | null;
  readonly tokensPerSecond: number | null;
  readonly promptTokensPerSecond: number | null;
  /** The process began anew in it. */
  readonly restarted: boolean;
};

/** `cold`: the first ten minutes of work after a start or a long rest. `idle`: no work. `warm`: all other work. */
export const ENGINE_PHASES = ['cold', 'warm', 'idle'] as const;
export type EnginePhase = (typeof ENGINE_PHASES)[number];

const MINUTE_MS = 60_000;
const COLD_MINUTES = 10;
const LONG_REST_MS = 30 * MINUTE_MS;

/**
 * The phase of each minute, oldest first (algorithms.md §9: an engine that just started, or rested for half an hour, reads
 * slow without a fault). Time without minutes is rest. Work before the first start or rest that is seen counts as warm.
 */
export function phasesOf(minutes: readonly EngineMinute[]): EnginePhase[] {
  let coldLeft = 0;
  let workedUntilMs: number | null = null;
  return minutes.map((minute) => {
    const isRested = workedUntilMs !== null && minute.atMs - workedUntilMs >= LONG_REST_MS;
    if (minute.restarted || isRested) coldLeft = COLD_MINUTES;
    if (isIdle(minute)) return 'idle';
    workedUntilMs = minute.atMs + MINUTE_MS;
    if (coldLeft === 0) return 'warm';
    coldLeft -= 1;
    return 'cold';
  });
}

/** A minute without any known number is not known to be work. */
function isIdle({ finishedPerSecond, runningMean, waitingMax, tokensPerSecond }: EngineMinute): boolean {
  return !finishedPerSecond && !runningMean && !waitingMax && !tokensPerSecond;
}

/** Seconds that a running request waits for one token: its share of the minute's tokens. null without work. */
export function secondsPerToken({ runningMean, tokensPerSecond }: EngineMinute): number | null {
  if (runningMean === null || runningMean <= 0 || tokensPerSecond === null || tokensPerSecond <= 0) return null;
  return runningMean / tokensPerSecond;
}
