import { isWords } from '#lib/metrics/unit.ts';
import type { CheckedExpression, Condition } from '#lib/rules/checked.ts';
import { type Comparison, OPPOSITE } from '#lib/rules/expression.ts';

/** A limit that a chart can draw: the signal's side of a comparison with a constant, base unit. */
export type Threshold = { readonly signal: string; readonly op: Comparison; readonly value: number };

/** The constant limits of an expression in the order of the text; under `not` turned around. */
export function thresholdsOf(checked: CheckedExpression): Threshold[] {
  return thresholds(checked.condition, false);
}

function thresholds(condition: Condition, negated: boolean): Threshold[] {
  switch (condition.kind) {
    case 'not':
      return thresholds(condition.operand, !negated);
    case 'logical':
      return [...thresholds(condition.left, negated), ...thresholds(condition.right, negated)];
    case 'comparison': {
      const { value, limit, operator, unit, signal } = condition;
      if (value.kind !== 'read' || limit.kind !== 'constant' || isWords(unit) || unit === 'code') return [];
      return [{ signal, op: negated ? OPPOSITE[operator] : operator, value: limit.value }];
    }
  }
}
