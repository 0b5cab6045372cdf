import type { BatchFigures } from '#lib/runs/batch-figures.ts';
import { spreadOf, throughputVariance } from '#lib/runs/throughput-criteria.ts';

/** Over all batches: report 003, "Overall Metrics". A sum of which one part is not known is not known. */
export type RunTotalFigures = {
  readonly requests: number | null;
  readonly completed: number | null;
  readonly failed: number | null;
  readonly successRatio: number | null;
  /** Of the batches together, without the time between them. */
  readonly durationMs: number | null;
  readonly rps: {
    readonly min: number | null;
    readonly max: number | null;
    readonly mean: number | null;
    readonly standardDeviation: number | null;
    /** (max − min) / max. */
    readonly variance: number | null;
  };
};

/** Rates are of batches that have ended. */
export function totalsOf(batches: readonly BatchFigures[]): RunTotalFigures {
  const ended = batches.filter((batch) => batch.endMs !== null);
  const rates = ended.map((batch) => batch.requestsPerSecond).filter((rate) => rate !== null);
  const spread = spreadOf(rates);
  const completed = sumAll(batches.map((batch) => batch.completed));
  const failed = sumAll(batches.map((batch) => batch.failed));
  const done = completed === null || failed === null ? null : completed + failed;
  return {
    requests: sumAll(batches.map((batch) => batch.total)),
    completed,
    failed,
    successRatio: completed === null || done === null || done === 0 ? null : completed / done,
    durationMs: sumAll(ended.map((batch) => batch.durationMs)),
    rps: {
      min: spread?.min ?? null,
      max: spread?.max ?? null,
      mean: spread?.mean ?? null,
      standardDeviation: spread?.standardDeviation ?? null,
      variance: throughputVariance(rates),
    },
  };
}

function sumAll(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return values.length === 0 ? null : sum;
}
