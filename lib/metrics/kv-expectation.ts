/**
 * Report 002, "Throughput vs. Cache Utilization": the share of full throughput that is left at a KV utilisation.
 * Above 80 % the report prints 50–60 %, above 90 % only "severe, thrashing": no number is made up for it.
 */
export type KvExpectation = {
  readonly from: number;
  readonly to: number;
  /** Share of full throughput, lowest and highest; null where the report gives none. */
  readonly low: number | null;
  readonly high: number | null;
  readonly label: string;
};

export const KV_EXPECTATION: readonly KvExpectation[] = [
  { from: 0, to: 0.6, low: 1, high: 1, label: '100 %' },
  { from: 0.6, to: 0.7, low: 0.95, high: 0.95, label: '95 %' },
  { from: 0.7, to: 0.8, low: 0.85, high: 0.85, label: '85 %' },
  { from: 0.8, to: 0.9, low: 0.5, high: 0.6, label: '50–60 %' },
  { from: 0.9, to: 1, low: null, high: null, label: 'severe, thrashing' },
];

export const KV_EXPECTATION_SOURCE = '002 Throughput vs. Cache Utilization';

/** The row for a utilisation 0..1; above 1 (never seen from vLLM) counts as full. */
export function expectedThroughput(utilization: number): KvExpectation | null {
  if (!Number.isFinite(utilization) || utilization < 0) return null;
  return KV_EXPECTATION.find(({ to }) => utilization < to) ?? KV_EXPECTATION.at(-1) ?? null;
}
