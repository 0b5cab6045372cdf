import type { Slo } from '#lib/metrics/slo.ts';
import { codeOfWord } from '#lib/metrics/unit.ts';
import { type BatchSla, type SlaBatch, slaOfBatches } from '#lib/runs/sla-batches.ts';

/** Minutes of a day against what is promised; those without demand, and those without a poll, are in none of them. */
export type SlaMinuteCounts = { readonly met: number; readonly missed: number; readonly unknown: number };

/** Words of the unit `sla_basis`. */
export const SLA_BASES = ['unstated', 'online', 'batches'] as const;
export type SlaBasis = (typeof SLA_BASES)[number];

export type SlaFigures = {
  readonly compliance: number | null;
  readonly basis: SlaBasis;
  /** Why it is unknown; '' where it is known. */
  readonly reason: string;
  readonly minutes: SlaMinuteCounts;
  readonly batches: BatchSla | null;
};

export const NO_MINUTES: SlaMinuteCounts = { met: 0, missed: 0, unknown: 0 };

/** A share of fewer minutes says nothing of a day: one slow minute after a start would page. */
export const FEWEST_MINUTES = 30;

/** The figures as the signals `sla_24h_compliance` and `sla_basis`. */
export function slaSignal(figures: SlaFigures | undefined, form: 'compliance' | 'basis'): number | null {
  if (figures === undefined) return null;
  return form === 'compliance' ? figures.compliance : codeOfWord('sla_basis', figures.basis);
}

/** How an engine kept its SLA in the day up to `nowMs`, and in what that is counted (001 SLAViolation). */
export function slaFigures(
  minutes: SlaMinuteCounts,
  batches: readonly SlaBatch[],
  promisedBy: Slo['promisedBy'],
  nowMs: number,
): SlaFigures {
  const ofBatches = slaOfBatches(batches, nowMs);
  if (ofBatches !== null) {
    const { compliance, reason } = ofBatches;
    return { compliance, basis: 'batches', reason, minutes, batches: ofBatches };
  }
  const { met, missed } = minutes;
  const known = met + missed;
  const basis = promisedBy === 'nobody' ? 'unstated' : 'online';
  const isEnough = known >= FEWEST_MINUTES;
  return {
    compliance: isEnough ? met / known : null,
    basis,
    reason: isEnough ? '' : `${known} of ${FEWEST_MINUTES} minutes with demand are known`,
    minutes,
    batches: null,
  };
}
