/** What one engine shows now; null is unknown. Ratios 0..1. */
export type EngineLoad = {
  readonly id: number;
  readonly kvRatio: number | null;
  readonly preemptionsPerS: number | null;
  readonly waiting: number | null;
  readonly running: number | null;
  /** Running requests ÷ the most that may run. */
  readonly batchRatio: number | null;
  /** Tokens that one engine step works on; a step that only decodes has about one for each running request. */
  readonly tokensPerStep: number | null;
};

/**
 * `decode`: the KV cache is full, so sequences that decode push each other out or keep others waiting. `batch`: as many run
 * as may. `prefill`: requests wait although there is room, and steps are mostly prompts. `scheduler`: they wait and neither
 * explains it. `nothing`: nobody waits. `unknown`: what decides is not known.
 */
export const LIMITS = ['decode', 'batch', 'prefill', 'scheduler', 'unknown', 'nothing'] as const;
export type Limit = (typeof LIMITS)[number];

/** 002: above 90 % "severe, thrashing". */
const KV_FULL = 0.9;
const BATCH_FULL = 0.95;
/** Chunks of prompts make a step several times as large as one token for each running request. */
const PROMPT_STEP = 3;

/** What limits one engine now. */
export function limitOf(load: EngineLoad): Limit {
  const { kvRatio, preemptionsPerS, waiting, running, batchRatio, tokensPerStep } = load;
  if ((preemptionsPerS ?? 0) > 0) return 'decode';
  if (waiting === null) return 'unknown';
  if (waiting === 0) return kvRatio === null ? 'unknown' : 'nothing';
  if (kvRatio !== null && kvRatio >= KV_FULL) return 'decode';
  if (batchRatio !== null && batchRatio >= BATCH_FULL) return 'batch';
  if (kvRatio === null) return 'unknown';
  if (tokensPerStep === null || running === null || running === 0) return 'scheduler';
  return tokensPerStep > PROMPT_STEP * running ? 'prefill' : 'scheduler';
}

export type FleetLimit = {
  readonly limit: Limit;
  /** Engines that are limited so, the fullest first. */
  readonly engines: readonly EngineLoad[];
  readonly of: number;
};

/** What limits several engines, the worst first; `nothing` only where it is so on all that are known. */
export function fleetLimits(loads: readonly EngineLoad[]): readonly FleetLimit[] {
  const groups = Map.groupBy(loads, limitOf);
  const found = LIMITS.flatMap((limit): FleetLimit[] => {
    const engines = groups.get(limit);
    if (engines === undefined) return [];
    return [{ limit, engines: engines.toSorted((a, b) => (b.kvRatio ?? -1) - (a.kvRatio ?? -1)), of: loads.length }];
  });
  const limited = found.filter(({ limit }) => limit !== 'nothing');
  return limited.some(({ limit }) => limit !== 'unknown') ? limited : found;
}
