import {
  ENGINE_PHASES,
  type EngineMinute,
  type EnginePhase,
  phasesOf,
  secondsPerToken,
} from '#lib/detect/engine-phase.ts';

/** The 10 %, 50 % and 90 % of minutes; null where no minute knows it. */
export type Spread = { readonly low: number; readonly middle: number; readonly high: number } | null;

/** What is usual in one phase, and from how much that is known. */
export type PhaseBaseline = {
  readonly phase: EnginePhase;
  readonly minutes: number;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly requestsPerSecond: Spread;
  readonly tokensPerSecond: Spread;
  readonly secondsPerToken: Spread;
  readonly waitingMax: Spread;
};

const MINUTE_MS = 60_000;

/** What is usual in each phase over these minutes, oldest first. */
export function learnPhases(minutes: readonly EngineMinute[]): readonly PhaseBaseline[] {
  const phases = phasesOf(minutes);
  return ENGINE_PHASES.map((phase) => {
    const own = minutes.filter((_, i) => phases[i] === phase);
    const last = own.at(-1);
    return {
      ...{ phase, minutes: own.length, fromMs: own[0]?.atMs ?? null },
      toMs: last === undefined ? null : last.atMs + MINUTE_MS,
      requestsPerSecond: spreadOf(own.map((minute) => minute.finishedPerSecond)),
      tokensPerSecond: spreadOf(own.map((minute) => minute.tokensPerSecond)),
      secondsPerToken: spreadOf(own.map(secondsPerToken)),
      waitingMax: spreadOf(own.map((minute) => minute.waitingMax)),
    };
  });
}

function spreadOf(values: readonly (number | null)[]): Spread {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  const at = (share: number): number => known[Math.round(share * (known.length - 1))] ?? 0;
  return known.length === 0 ? null : { low: at(0.1), middle: at(0.5), high: at(0.9) };
}
