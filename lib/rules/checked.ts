import type { Unit } from '#lib/metrics/unit.ts';
import type { Aggregate, Comparison, Expression } from '#lib/rules/expression.ts';
import type { RuleScope } from '#lib/rules/rule.ts';

/**
 * One number that a condition needs about a subject.
 * `default`: as /current shows it, over the signal's own window; gauges give their newest value.
 * `avg`: measured over `windowMs` (a gauge's mean, a counter's rate or increase of the whole window, a quantile of the
 * merged buckets). `min`, `max`, `last`: lowest, highest and newest sample of the window.
 */
export type SignalRead = {
  readonly signal: string;
  readonly aggregate: 'default' | Aggregate;
  readonly windowMs: number;
};

/** A number in base units. */
export type Term =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'read'; readonly read: SignalRead }
  | {
      readonly kind: 'arithmetic';
      readonly operator: '+' | '-' | '*' | '/';
      readonly left: Term;
      readonly right: Term;
    };

export type CheckedComparison = {
  readonly kind: 'comparison';
  readonly operator: Comparison;
  /** The side with the signal; where both have one, the left. */
  readonly value: Term;
  readonly limit: Term;
  readonly unit: Unit;
  /** The first signal of `value`. */
  readonly signal: string;
};

export type Condition =
  | CheckedComparison
  | { readonly kind: 'not'; readonly operand: Condition }
  | {
      readonly kind: 'logical';
      readonly operator: 'and' | 'or';
      readonly left: Condition;
      readonly right: Condition;
    };

/** An expression whose names exist and whose units fit. */
export type CheckedExpression = {
  readonly expression: Expression;
  readonly scope: RuleScope;
  readonly condition: Condition;
};
