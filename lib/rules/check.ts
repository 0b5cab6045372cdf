import { nearestWord } from '#lib/metrics/nearest-word.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import { codeOfWord, type Unit, wordsOf } from '#lib/metrics/unit.ts';
import {
  type CheckState,
  checkValue,
  type FindSignal,
  report,
  type TypedTerm,
  unitWord,
} from '#lib/rules/check-value.ts';
import type { CheckedComparison, CheckedExpression, Condition } from '#lib/rules/checked.ts';
import { ambiguousScales, isMeasured, isSameQuantity } from '#lib/rules/dimension.ts';
import { type Comparison, type Expression, type ExpressionError, MIRRORED, type Span } from '#lib/rules/expression.ts';
import { parseExpression } from '#lib/rules/parse.ts';
import type { RuleScope } from '#lib/rules/rule.ts';

export type { CheckedExpression } from '#lib/rules/checked.ts';

export type Checked =
  | { readonly ok: true; readonly checked: CheckedExpression }
  | { readonly ok: false; readonly errors: readonly ExpressionError[] };

/**
 * Decides whether a parsed expression means something: names exist, units fit, all signals are about one kind of
 * subject. `scope` null is inferred (engine or gpu); `target` must be asked for and allows only signals of the polls.
 * Returns every fault that was found, never throws. `find` is the catalog.
 */
export function checkExpression(
  expression: Expression,
  scope: RuleScope | null,
  find: FindSignal = findSignal,
): Checked {
  const state: CheckState = { find, errors: [], used: [] };
  const condition = checkCondition(state, expression);
  const found = scopeOf(state, expression, scope);
  if (condition === null || found === null || state.errors.length > 0) return { ok: false, errors: state.errors };
  return { ok: true, checked: { expression, scope: found, condition } };
}

/** Parse and check in one. */
export function compileRuleExpression(
  text: string,
  scope: RuleScope | null = null,
  find: FindSignal = findSignal,
): Checked {
  const parsed = parseExpression(text);
  return parsed.ok ? checkExpression(parsed.expression, scope, find) : parsed;
}

function checkCondition(state: CheckState, expression: Expression): Condition | null {
  switch (expression.kind) {
    case 'logical': {
      const left = checkCondition(state, expression.left);
      const right = checkCondition(state, expression.right);
      return left === null || right === null ? null : { kind: 'logical', operator: expression.operator, left, right };
    }
    case 'not': {
      const operand = checkCondition(state, expression.operand);
      return operand === null ? null : { kind: 'not', operand };
    }
    case 'comparison':
      return checkComparison(state, expression);
    default:
      return checkBareValue(state, expression);
  }
}

/** A yes/no signal is a condition by itself. */
function checkBareValue(state: CheckState, expression: Expression): Condition | null {
  const value = checkValue(state, expression);
  if (value === null) return null;
  if (value.unit !== 'bool' || value.firstSignal === null) {
    return report(state, expression, 'a value alone is no condition', 'a comparison, such as "> 5" behind it');
  }
  const yes = { kind: 'constant', value: 1 } as const;
  return { kind: 'comparison', operator: '=', value: value.term, limit: yes, unit: 'bool', signal: value.firstSignal };
}

type ComparisonExpression = Extract<Expression, { kind: 'comparison' }>;
function checkComparison(state: CheckState, expression: ComparisonExpression): CheckedComparison | null {
  const left = checkSide(state, expression.left, expression.right);
  const right = checkSide(state, expression.right, expression.left);
  if (left === null || right === null) return null;
  const [value, limit, operator] =
    left.firstSignal === null ? [right, left, MIRRORED[expression.operator]] : [left, right, expression.operator];
  if (value.firstSignal === null) {
    return report(state, expression, 'both sides are constant', 'a signal on one side');
  }
  const unit = comparedUnit(state, expression, operator, value, limit);
  if (unit === null) return null;
  return { kind: 'comparison', operator, value: value.term, limit: limit.term, unit, signal: value.firstSignal };
}

/** A name beside a signal whose values are words stands for one of them; a signal of that name would win. */
function checkSide(state: CheckState, side: Expression, other: Expression): TypedTerm | null {
  const unit = side.kind === 'signal' && other.kind === 'signal' ? state.find(other.signal)?.unit : undefined;
  const words = unit === undefined ? null : wordsOf(unit);
  if (side.kind !== 'signal' || unit === undefined || words === null || state.find(side.signal) !== undefined)
    return checkValue(state, side);
  const value = codeOfWord(unit, side.signal);
  if (value !== null) return { term: { kind: 'constant', value }, unit, firstSignal: null, span: side };
  const known = words.map((word) => word.replaceAll('-', '_'));
  const message = `"${side.signal}" is no ${unitWord(unit)}`;
  return report(state, side, message, oneOf(words), nearestWord(side.signal, known, 3));
}

function comparedUnit(
  state: CheckState,
  at: Span,
  operator: Comparison,
  value: TypedTerm,
  limit: TypedTerm,
): Unit | null {
  if (value.unit === 'number') return report(state, at, 'this value has no unit', 'a signal');
  if (!isMeasured(value.unit)) return comparedName(state, at, operator, value, limit);
  if (limit.unit === 'number') return comparedWithBare(state, value.unit, value, limit);
  if (!isMeasured(limit.unit) || !isSameQuantity(value.unit, limit.unit)) {
    const message = `${unitWord(value.unit)} cannot be compared with ${unitWord(limit.unit)}`;
    return report(state, limit.span, message, `a value in ${unitWord(value.unit)}`);
  }
  return value.unit;
}

/** yes/no, codes and bit masks have no order. */
function comparedName(
  state: CheckState,
  at: Span,
  operator: Comparison,
  value: TypedTerm,
  limit: TypedTerm,
): Unit | null {
  const unit = value.unit as Unit;
  const isBool = unit === 'bool';
  const words = wordsOf(unit);
  const expected = isBool ? '= yes or = no' : words === null ? '= or != with a whole number' : oneOf(words);
  if (operator !== '=' && operator !== '!=') return report(state, at, `${unitWord(unit)} has no order`, expected);
  if (limit.unit === unit) return unit;
  if (words !== null) return report(state, limit.span, `${unitWord(unit)} cannot be compared with this`, expected);
  const number = limit.term.kind === 'constant' && limit.unit === 'number' ? limit.term.value : null;
  const fits = number !== null && (isBool ? number === 0 || number === 1 : Number.isInteger(number) && number >= 0);
  return fits ? unit : report(state, limit.span, `${unitWord(unit)} cannot be compared with this`, expected);
}

function oneOf(words: readonly string[]): string {
  return `= or != with one of ${words.map((word) => word.replaceAll('-', '_')).join(' ')}`;
}

/** Mistakes of published rules: TTFT in seconds against 2000, a ratio against 95. */
function comparedWithBare(state: CheckState, unit: Unit, value: TypedTerm, limit: TypedTerm): Unit | null {
  const number = limit.term.kind === 'constant' ? limit.term.value : null;
  if (number === 0) return unit;
  const scales = ambiguousScales(unit);
  if (scales !== null) {
    const [small, large] = scales;
    const message = `${value.firstSignal} is in ${unitWord(unit)} and the number has no unit`;
    const written = number === null ? '' : String(number);
    return report(state, limit.span, message, `a unit, such as ${written}${small} or ${written}${large}`);
  }
  if (unit === 'ratio' && number !== null && Math.abs(number) > 1) {
    const message = `${value.firstSignal} is a share from 0 to 1, so ${number} is never reached`;
    return report(state, limit.span, message, `${number}%`, `${number}%`);
  }
  return unit;
}

/** One alert is about one subject, so all signals must be of its kind. */
function scopeOf(state: CheckState, expression: Expression, asked: RuleScope | null): RuleScope | null {
  const first = state.used[0];
  if (first === undefined) {
    return state.errors.length > 0 ? null : report(state, expression, 'no signal is used', 'at least one signal');
  }
  if (asked === 'target') {
    const wrong = state.used.find(({ signal }) => !isPollSignal(signal.compute.type));
    if (wrong === undefined) return 'target';
    const message = `${wrong.signal.id} is about one ${wrong.signal.kind}, the rule is about a target as a whole`;
    return report(state, wrong.span, message, 'target_up or target_frozen');
  }
  const kind = asked ?? first.signal.kind;
  const wrong = state.used.find(({ signal }) => signal.kind !== kind);
  if (wrong === undefined) return kind;
  const message =
    asked === null
      ? `${first.signal.id} is about an ${engineOrGpu(first.signal.kind)}, ${wrong.signal.id} about a ${engineOrGpu(wrong.signal.kind)}`
      : `${wrong.signal.id} is about a ${engineOrGpu(wrong.signal.kind)}, the rule about one ${asked}`;
  return report(
    state,
    wrong.span,
    message.replace('a engine', 'an engine').replace('an GPU', 'a GPU'),
    'signals of one kind of subject',
  );
}

function engineOrGpu(kind: string): string {
  return kind === 'gpu' ? 'GPU' : kind;
}

function isPollSignal(type: string): boolean {
  return type === 'target-up' || type === 'target-frozen';
}
