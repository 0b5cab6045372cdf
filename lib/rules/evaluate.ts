import type { Unit } from '#lib/metrics/unit.ts';
import { calculate } from '#lib/rules/check-value.ts';
import type { CheckedComparison, CheckedExpression, Condition, SignalRead, Term } from '#lib/rules/checked.ts';
import { compareNumbers } from '#lib/rules/compare-numbers.ts';

export type Judgement = {
  /** null: unknown, because something that decides is unknown. Unknown never holds and is never healthy. */
  readonly holds: boolean | null;
  /** Both sides of the comparison that decided, base unit of `unit`; null where unknown. */
  readonly value: number | null;
  /** With a margin: the shifted limit. */
  readonly limit: number | null;
  readonly unit: Unit;
  /** The signal that `value` is about. */
  readonly signal: string | null;
  /** Ids of the signals that were needed and unknown. */
  readonly unknown: readonly string[];
};

export type Lookup = (read: SignalRead) => number | null;

/** The bound below which a reading tells nothing (a quantile in its histogram's lowest bucket); null for all others. */
export type Coarseness = (read: SignalRead) => number | null;

const EXACT: Coarseness = () => null;

/**
 * Judges a condition in three-valued logic (Kleene): `unknown and no` is no, `unknown or yes` is yes, everything else
 * with unknown is unknown. Division by zero and numbers that are not finite are unknown.
 *
 * `margin` asks whether the condition still holds with every limit moved to the healthy side by that share, for
 * recovery: `> 100` with 0.05 becomes `> 95`, under `not` the other way. `=`, `!=`, yes/no and limits of 0 stay.
 * A quantile that fell into the lowest bucket is unknown against a limit inside that bucket: vLLM's older latency
 * histograms begin at 300 ms, and a p99 "of 297 ms" there would page for ever. With `lowest: 'below'` it counts as below
 * such an upper limit: what fired on higher values has come down as far as can be seen.
 * A `< 98%` moves by a share of what is left to 100 %, since a share of the limit could never be reached.
 */
export function evaluate(
  checked: CheckedExpression,
  lookup: Lookup,
  margin: number,
  coarseBelow: Coarseness = EXACT,
  lowest: 'unknown' | 'below' = 'unknown',
): Judgement {
  const unknown: string[] = [];
  const evaluation: Evaluation = { lookup, margin, coarseBelow, lowest, unknown };
  const { holds, decider } = judge(checked.condition, evaluation, false);
  const { value, limit, unit, signal } = decider;
  return { holds, value, limit, unit, signal, unknown };
}

type Evaluation = {
  readonly lookup: Lookup;
  readonly margin: number;
  readonly coarseBelow: Coarseness;
  readonly lowest: 'unknown' | 'below';
  readonly unknown: string[];
};
function addUnknown({ unknown }: Evaluation, signal: string): void {
  if (!unknown.includes(signal)) unknown.push(signal);
}

type Decider = Pick<Judgement, 'value' | 'limit' | 'unit' | 'signal'>;
type Outcome = { readonly holds: boolean | null; readonly decider: Decider };

function judge(condition: Condition, evaluation: Evaluation, negated: boolean): Outcome {
  switch (condition.kind) {
    case 'comparison':
      return compare(condition, evaluation, negated);
    case 'not': {
      const { holds, decider } = judge(condition.operand, evaluation, !negated);
      return { holds: holds === null ? null : !holds, decider };
    }
    case 'logical': {
      const left = judge(condition.left, evaluation, negated);
      const right = judge(condition.right, evaluation, negated);
      return connect(condition.operator === 'or', left, right);
    }
  }
}

/** `and` is decided by a no, `or` by a yes; else by what is unknown, else by the left side, where the main signal stands. */
function connect(decisive: boolean, left: Outcome, right: Outcome): Outcome {
  const found =
    [left, right].find((side) => side.holds === decisive) ?? [left, right].find(({ holds }) => holds === null);
  return found ?? left;
}

function compare(comparison: CheckedComparison, evaluation: Evaluation, negated: boolean): Outcome {
  const value = numberOf(comparison.value, evaluation);
  const plain = numberOf(comparison.limit, evaluation);
  const limit = plain === null ? null : shifted(comparison, plain, evaluation.margin, negated);
  const decider: Decider = { value, limit, unit: comparison.unit, signal: comparison.signal };
  if (value === null || limit === null) return { holds: null, decider };
  if (!isTooCoarse(comparison, limit, evaluation))
    return { holds: compareNumbers(comparison.operator, value, limit), decider };
  const isUpperLimit = comparison.operator === '>' || comparison.operator === '>=';
  if (evaluation.lowest === 'below' && isUpperLimit && !negated) return { holds: false, decider };
  addUnknown(evaluation, comparison.signal);
  return { holds: null, decider };
}

function isTooCoarse({ value }: CheckedComparison, limit: number, { coarseBelow }: Evaluation): boolean {
  const bound = value.kind === 'read' ? coarseBelow(value.read) : null;
  return bound !== null && limit > 0 && limit < bound;
}

function shifted({ operator, unit }: CheckedComparison, limit: number, margin: number, negated: boolean): number {
  if (operator === '=' || operator === '!=' || unit === 'bool' || limit === 0) return limit;
  const isUpperLimit = operator === '>' || operator === '>=';
  const healthyIsDown = isUpperLimit !== negated;
  if (healthyIsDown) return limit - margin * Math.abs(limit);
  const room = unit === 'ratio' && limit > 0 && limit <= 1 ? Math.min(limit, 1 - limit) : Math.abs(limit);
  return limit + margin * room;
}

function numberOf(term: Term, evaluation: Evaluation): number | null {
  switch (term.kind) {
    case 'constant':
      return term.value;
    case 'read': {
      const value = evaluation.lookup(term.read);
      if (value !== null && Number.isFinite(value)) return value;
      addUnknown(evaluation, term.read.signal);
      return null;
    }
    case 'arithmetic': {
      const left = numberOf(term.left, evaluation);
      const right = numberOf(term.right, evaluation);
      return left === null || right === null ? null : calculate(term.operator, left, right);
    }
  }
}
