import type { Unit } from '#lib/metrics/unit.ts';

/** The criteria of report 003, in its order (rules.yaml, run_criteria.multi_batch). */
export const CHECKS = [
  'total VRAM delta',
  'VRAM trend',
  'throughput variance',
  'throughput degradation',
  'success rate',
  'crashes or OOM errors',
  'model reload delay',
  'throughput against expectation',
  'VRAM against expectation',
] as const;

/** What cells of test matrices are judged by (rules.yaml, run_criteria of the other kinds); 'success rate' is one too. */
export const MATRIX_CHECKS = [
  'p95 latency',
  'peak rate',
  'average rate',
  'queue peak',
  'requests served',
  'KV utilisation',
  'cache hit rate',
  'cache evictions',
  'scenario result',
  'fits in memory',
  'recommended chunk',
  'memory utilisation',
] as const;
export type Check = (typeof CHECKS)[number] | (typeof MATRIX_CHECKS)[number];

/** One criterion of a run: passed, failed, or not measured, with the number that was judged. */
export type Judgement = {
  readonly check: Check;
  readonly state: 'pass' | 'fail' | 'not measured';
  readonly value: number | null;
  readonly unit: Unit;
  /** What passes, as the report writes it. */
  readonly limit: string;
  /** One phrase for people: what was seen, or what is missing. */
  readonly reason: string;
  /** Numbers of the batches that made it fail, or that lack the measurement. */
  readonly batches: readonly number[];
  /** Of a test matrix: the cell that it is about, and the report that asks for it. */
  readonly cell?: string | undefined;
  readonly source?: string | undefined;
};

type Criterion = Pick<Judgement, 'check' | 'unit' | 'limit' | 'cell' | 'source'>;

export function notMeasured(criterion: Criterion, reason: string, batches: readonly number[]): Judgement {
  return { ...criterion, state: 'not measured', value: null, reason, batches };
}

export function judged(
  criterion: Criterion,
  passes: boolean,
  value: number | null,
  reason: string,
  batches: readonly number[] = [],
): Judgement {
  return {
    ...criterion,
    state: passes ? 'pass' : 'fail',
    value,
    reason,
    batches: passes && criterion.cell === undefined ? [] : batches,
  };
}
