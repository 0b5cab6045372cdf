import type { EngineHistogram } from '#lib/metrics/sample.ts';

/** The latencies that a promise can be about, and the histogram that shows each. */
export const SLO_LATENCIES = {
  ttft: 'ttft_s',
  tpot: 'tpot_s',
  itl: 'itl_s',
  e2e: 'e2e_s',
  prefill: 'prefill_s',
} as const satisfies Record<string, EngineHistogram>;
export type SloLatency = keyof typeof SLO_LATENCIES;
export const SLO_LATENCY_NAMES = ['ttft', 'tpot', 'itl', 'e2e', 'prefill'] as const satisfies readonly SloLatency[];

/** What a person wrote, for all targets or for one; what is missing comes from the other, or is a default. */
export type StatedSlo = {
  /** Seconds. */
  readonly latencies: Readonly<Partial<Record<SloLatency, number>>>;
  readonly requestsPerSecond?: number | undefined;
  /** Share of requests within every latency, 0..1. */
  readonly objective?: number | undefined;
  readonly windowMs?: number | undefined;
};

export type SloPart = { readonly name: SloLatency; readonly histogram: EngineHistogram; readonly bound: number };

/** What is promised of an engine. */
export type Slo = {
  readonly parts: readonly SloPart[];
  readonly requestsPerSecond: number | null;
  readonly objective: number;
  /** Over which the error budget is counted. */
  readonly windowMs: number;
  /** `stated` by a person, the `report` that a literal target is judged by, or `nobody`: shown, but no promise to page for. */
  readonly promisedBy: 'stated' | 'report' | 'nobody';
};

/** 001 "Key Metrics to Track": prefill p99 < 100 ms is 99 % of requests within 100 ms; >= 200 req/s, or 99 % of baseline. */
const REPORT = { prefillS: 0.1, requestsPerSecond: 200, ofBaseline: 0.99, objective: 0.99 } as const;
const WINDOW_MS = 30 * 86_400_000;

export type SloFacts = {
  readonly profile: 'relative' | 'literal';
  /** As configured: half of all busy minutes are below a learned one, which is a median. */
  readonly baselineRps: number | null;
};

/**
 * What is promised of a target's engines: its own words before those for all. Where neither names a latency or a rate,
 * the targets of report 001 stand in; its end-to-end targets (3 ms, 50 ms) lie below what vLLM's histograms can show.
 */
export function resolveSlo(forAll: StatedSlo | null, own: StatedSlo | null, facts: SloFacts): Slo {
  const latencies = { ...forAll?.latencies, ...own?.latencies };
  const requestsPerSecond = own?.requestsPerSecond ?? forAll?.requestsPerSecond ?? null;
  const objective = own?.objective ?? forAll?.objective ?? REPORT.objective;
  const windowMs = own?.windowMs ?? forAll?.windowMs ?? WINDOW_MS;
  const isStated = requestsPerSecond !== null || Object.keys(latencies).length > 0;
  if (isStated) return { parts: partsOf(latencies), requestsPerSecond, objective, windowMs, promisedBy: 'stated' };
  const isLiteral = facts.profile === 'literal';
  const ofBaseline = facts.baselineRps === null ? null : facts.baselineRps * REPORT.ofBaseline;
  return {
    parts: partsOf({ prefill: REPORT.prefillS }),
    requestsPerSecond: isLiteral ? REPORT.requestsPerSecond : ofBaseline,
    objective,
    windowMs,
    promisedBy: isLiteral ? 'report' : 'nobody',
  };
}

function partsOf(latencies: StatedSlo['latencies']): readonly SloPart[] {
  return SLO_LATENCY_NAMES.flatMap((name) => {
    const bound = latencies[name];
    return bound === undefined ? [] : [{ name, histogram: SLO_LATENCIES[name], bound }];
  });
}

/** Equal for promises that are the same. */
export function sloKey(slo: Slo): string {
  return JSON.stringify([slo.parts.map(({ name, bound }) => [name, bound]), slo.requestsPerSecond, slo.objective]);
}
