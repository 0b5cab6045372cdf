import type { BatchRecord } from '#lib/runs/batch-record.ts';
import { type Judgement, judged, notMeasured } from '#lib/runs/judgement.ts';

const MOST_VARIANCE = 0.1;
const DEGRADING_VARIANCE = 0.2;
/** 0.2 − 0.16 is not exactly a fifth of 0.2. */
const ROUNDING = 1e-9;

export type Spread = {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Of the sample (n − 1); 0 of a single value. */
  readonly standardDeviation: number;
};

/** Min, max, mean and standard deviation; null of nothing. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardDeviation = values.length === 1 ? 0 : Math.sqrt(squares / (values.length - 1));
  return { min: Math.min(...values), max: Math.max(...values), mean, standardDeviation };
}

/** (max − min) / max of the batches' requests per second, as report 003's examples count it; null with fewer than two rates. */
export function throughputVariance(rates: readonly number[]): number | null {
  const spread = rates.length < 2 ? null : spreadOf(rates);
  if (spread === null) return null;
  return spread.max === 0 ? 0 : (spread.max - spread.min) / spread.max;
}

/** Every rate is below the one before. */
export function isFalling(rates: readonly number[]): boolean {
  return rates.every((rate, i) => i === 0 || rate < (rates[i - 1] ?? 0));
}

/** Variance below 10 %. */
export function judgeVariance(batches: readonly BatchRecord[]): Judgement {
  const criterion = { check: 'throughput variance', unit: 'ratio', limit: '< 10 %' } as const;
  const rates = ratesOf(batches);
  const variance = throughputVariance(rates.known);
  if (variance === null) return notMeasured(criterion, 'fewer than two batches have a rate', rates.missing);
  const slowest = Math.min(...rates.known);
  const passes = variance < MOST_VARIANCE - ROUNDING;
  const slow = batches.filter((batch) => batch.requestsPerSecond === slowest).map((batch) => batch.number);
  return judged(criterion, passes, variance, passes ? 'consistent' : 'batches differ in speed', slow);
}

/**
 * Degrading: every batch slower than the one before, and a variance of 20 % or more (rules.yaml, BatchDegrading; report 003
 * "Warning Signs 2"). Needs three batches: two say nothing about a direction.
 */
export function judgeDegradation(batches: readonly BatchRecord[]): Judgement {
  const criterion = { check: 'throughput degradation', unit: 'ratio', limit: 'not falling by 20 %' } as const;
  const { known, missing } = ratesOf(batches);
  const variance = throughputVariance(known);
  if (variance === null || known.length < 3)
    return notMeasured(criterion, 'fewer than three batches have a rate', missing);
  const falls = isFalling(known);
  const degrades = falls && variance >= DEGRADING_VARIANCE - ROUNDING;
  const reason = degrades ? 'degrading' : falls ? 'falls, by less than 20 %' : 'does not fall from batch to batch';
  return judged(
    criterion,
    !degrades,
    variance,
    reason,
    batches.slice(1).map((batch) => batch.number),
  );
}

/** Mean rate over all batches against what was expected of the run; not measured without an expectation. */
export function judgeExpectation(batches: readonly BatchRecord[], expectedRps: number | null): Judgement {
  const limit = expectedRps === null ? '>= expectation' : `>= ${expectedRps} req/s`;
  const criterion = { check: 'throughput against expectation', unit: 'requests_per_second', limit } as const;
  if (expectedRps === null) return notMeasured(criterion, 'no expectation was given', []);
  const { known, missing } = ratesOf(batches);
  const spread = spreadOf(known);
  if (spread === null) return notMeasured(criterion, 'no batch has a rate', missing);
  const passes = spread.mean >= expectedRps - ROUNDING;
  const slow = batches.filter((batch) => (batch.requestsPerSecond ?? expectedRps) < expectedRps);
  const reason = passes ? 'as expected' : 'slower than expected';
  return judged(
    criterion,
    passes,
    spread.mean,
    reason,
    slow.map((batch) => batch.number),
  );
}

function ratesOf(batches: readonly BatchRecord[]): {
  readonly known: readonly number[];
  readonly missing: readonly number[];
} {
  return {
    known: batches.map((batch) => batch.requestsPerSecond).filter((rate) => rate !== null),
    missing: batches.filter((batch) => batch.requestsPerSecond === null).map((batch) => batch.number),
  };
}
