import type { EngineFormat } from '#lib/simulator/bounds.ts';
import type { Load } from '#lib/simulator/load.ts';

/** Lengths in tokens: lognormal with this mean; `sigma` is the spread of the logarithm. */
export type Lengths = { readonly mean: number; readonly sigma: number };

export type EngineSettings = {
  /** Unique in a fleet: the server's name, with the rank behind it when there are several. */
  readonly name: string;
  readonly model: string;
  /** The `engine` label: the data-parallel rank. */
  readonly rank: string;
  readonly format: EngineFormat;
  readonly maxModelTokens: number;
  /** max_num_seqs. */
  readonly maxRunning: number;
  readonly kvBlocks: number;
  readonly blockTokens: number;
  readonly prompt: Lengths;
  readonly output: Lengths;
  /** Share of prompt tokens found in the prefix cache while it is not under pressure; null with prefix caching off. */
  readonly prefixHit: number | null;
  /** One decode step takes `stepBaseS + running × stepPerRequestS`. */
  readonly stepBaseS: number;
  readonly stepPerRequestS: number;
  readonly prefillTokensPerS: number;
  /** Shares of finished requests; the rest stops by itself. */
  readonly lengthShare: number;
  readonly abortShare: number;
  readonly load: Load;
};

/** How the engine works at one number of running requests. */
export type Pace = {
  /** Seconds of one decode step. */
  readonly stepS: number;
  readonly prefillS: number;
  /** From the start of prefill to the last token, with what is computed again after preemptions. */
  readonly serviceS: number;
};

/** Tokens that a request in flight holds on average: its prompt and half of its answer. */
export function heldTokens(settings: EngineSettings): number {
  return settings.prompt.mean + settings.output.mean / 2;
}

/** How many requests fit at once, by max_num_seqs and by KV blocks. */
export function slotsOf(settings: EngineSettings): number {
  const byCache = Math.floor((settings.kvBlocks * settings.blockTokens) / heldTokens(settings));
  return Math.max(1, Math.min(settings.maxRunning, byCache));
}

/**
 * Share of requests that are preempted before they finish, when `wanted` requests want to run: what does not fit.
 * 1 - 1/x is also what the KV report prints: 1.72x -> 41 %, 3.44x -> 70 %, 6.87x -> 85 %, 55x -> 98 %.
 */
export function preemptedShare(settings: EngineSettings, wanted: number): number {
  const demand = Math.min(wanted, settings.maxRunning) * heldTokens(settings);
  const pool = settings.kvBlocks * settings.blockTokens;
  return demand <= pool ? 0 : 1 - pool / demand;
}

/** Preempted requests take cached prefixes with them; the report's 90 % falls to 69.5, 55 and at worst 50 %. */
export function hitShare(settings: EngineSettings, preempted: number): number {
  if (settings.prefixHit === null) return 0;
  return settings.prefixHit * Math.max(5 / 9, 1 - preempted * (5 / 9));
}

/** A preempted request computes half of its answer twice. */
const RECOMPUTED = 0.5;

export function paceOf(settings: EngineSettings, running: number, preempted: number, speed: number): Pace {
  const stepS = (settings.stepBaseS + settings.stepPerRequestS * running) / speed;
  const fresh = settings.prompt.mean * (1 - hitShare(settings, preempted));
  const prefillS = fresh / settings.prefillTokensPerS / speed + stepS;
  return { stepS, prefillS, serviceS: (prefillS + settings.output.mean * stepS) * (1 + preempted * RECOMPUTED) };
}

/** The same engine, made faster or slower so that it finishes `rps` requests a second with `running` of them in flight. */
export function calibrated(
  settings: EngineSettings,
  aim: { rps: number; running: number; wanted: number },
): EngineSettings {
  const { serviceS } = paceOf(settings, aim.running, preemptedShare(settings, aim.wanted), 1);
  const factor = aim.running / aim.rps / serviceS;
  return {
    ...settings,
    stepBaseS: settings.stepBaseS * factor,
    stepPerRequestS: settings.stepPerRequestS * factor,
    prefillTokensPerS: settings.prefillTokensPerS / factor,
  };
}
