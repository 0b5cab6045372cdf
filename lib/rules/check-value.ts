import { nearestWord } from '#lib/metrics/nearest-word.ts';
import type { Compute, Signal } from '#lib/metrics/signal.ts';
import { nearestSignalId } from '#lib/metrics/signals.ts';
import type { Unit } from '#lib/metrics/unit.ts';
import { SIGNAL_ALIASES } from '#lib/rules/aliases.ts';
import type { SignalRead, Term } from '#lib/rules/checked.ts';
import { isMeasured, isSameQuantity, type MeasuredUnit, unitOfProduct } from '#lib/rules/dimension.ts';
import type { Expression, ExpressionError, SignalName, Span, WindowCall } from '#lib/rules/expression.ts';
import { inBaseUnit, literalMeaning } from '#lib/rules/literal-unit.ts';
import { printExpression, printNumber } from '#lib/rules/print.ts';

export type FindSignal = (id: string) => Signal | undefined;

/** What a check run collects. */
export type CheckState = {
  readonly find: FindSignal;
  readonly errors: ExpressionError[];
  readonly used: { readonly signal: Signal; readonly span: Span }[];
};

/** A value with its unit; `number` is a bare number, which takes the unit of its neighbour. */
export type TypedTerm = {
  readonly term: Term;
  readonly unit: Unit | 'number';
  readonly firstSignal: string | null;
  readonly span: Span;
};

/** Notes one error. */
export function report(state: CheckState, at: Span, message: string, expected: string, nearest?: string | null): null {
  state.errors.push({ position: at.position, length: at.length, message, expected, nearest: nearest ?? null });
  return null;
}

/** Types a value; null after at least one error was noted. */
export function checkValue(state: CheckState, expression: Expression): TypedTerm | null {
  switch (expression.kind) {
    case 'number': {
      const unit = expression.unit === null ? 'number' : literalMeaning(expression.unit).unit;
      return constant(inBaseUnit(expression.value, expression.unit), unit, expression);
    }
    case 'truth':
      return constant(Number(expression.value), 'bool', expression);
    case 'signal':
      return checkSignal(state, expression);
    case 'window':
      return checkWindow(state, expression);
    case 'share':
      return checkShare(state, expression);
    case 'negate': {
      const operand = checkValue(state, expression.operand);
      if (operand === null) return null;
      const zero = constant(0, operand.unit, expression);
      return combine(state, expression, '-', zero, operand);
    }
    case 'arithmetic': {
      const left = checkValue(state, expression.left);
      const right = checkValue(state, expression.right);
      return left === null || right === null ? null : combine(state, expression, expression.operator, left, right);
    }
    case 'comparison':
    case 'not':
    case 'logical':
      return report(state, expression, 'a condition stands where a number is needed', 'a signal or a number');
  }
}

function constant(value: number, unit: TypedTerm['unit'], span: Span): TypedTerm {
  return { term: { kind: 'constant', value }, unit, firstSignal: null, span };
}

function checkSignal(state: CheckState, name: SignalName): TypedTerm | null {
  const signal = resolve(state, name);
  return signal === null
    ? null
    : reading(signal, { signal: signal.id, aggregate: 'default', windowMs: signal.windowMs }, signal.unit, name);
}

function reading(signal: Signal, read: SignalRead, unit: Unit, span: Span): TypedTerm {
  return { term: { kind: 'read', read }, unit, firstSignal: signal.id, span };
}

function resolve(state: CheckState, name: SignalName): Signal | null {
  const signal = state.find(name.signal);
  if (signal === undefined) {
    const nearest = nearestSignalId(name.signal) ?? nearestWord(name.signal, SIGNAL_ALIASES.keys(), 2);
    return report(state, name, `no signal is called "${name.signal}"`, 'a signal of the catalog', nearest);
  }
  state.used.push({ signal, span: name });
  return signal;
}

/** Longer ones only of what is read from roll-ups once a minute, not at every poll. */
const DAY_MS = 86_400_000;

function checkWindow(state: CheckState, call: WindowCall): TypedTerm | null {
  const signal = resolve(state, call.signal);
  if (signal === null) return null;
  const allowed = windowForms(signal.compute);
  if (allowed === 'none') {
    const message = `${signal.id} is a state of this moment and has no window`;
    return report(state, call, message, `${signal.id} alone; the rule's "for" says how long it must last`);
  }
  if (allowed === 'avg' && call.aggregate !== 'avg') {
    const message = `${call.aggregate} of ${signal.id} has no meaning: it is made from everything in the window`;
    return report(state, call, message, printExpression({ ...call, aggregate: 'avg' }));
  }
  if (call.windowMs > DAY_MS && signal.compute.type !== 'slo')
    return report(state, call, `the window of ${signal.id} is out of range`, 'a window from 1s to 1d');
  const unit = signal.unit === 'bool' && call.aggregate === 'avg' ? 'ratio' : signal.unit;
  return reading(signal, { signal: signal.id, aggregate: call.aggregate, windowMs: call.windowMs }, unit, call);
}

/** Quantiles and ratios exist for a window as a whole; the state of a target or a baseline has none. */
function windowForms(compute: Compute): 'all' | 'avg' | 'none' {
  switch (compute.type) {
    case 'gauge':
    case 'peak':
    case 'gauge-ratio':
    case 'gauge-product':
    case 'any-bit':
    case 'rate':
    case 'over-baseline':
      return 'all';
    // What is proven and what may be are its lower and upper edge.
    case 'slo':
      return compute.form === 'budget-left' ? 'none' : 'all';
    case 'increase':
    case 'increase-ratio':
    case 'quantile':
    case 'histogram-mean':
    case 'fraction-below':
    case 'joint-fraction-below':
    case 'per-linked-gpu':
    case 'failures-while-full':
      return 'avg';
    default:
      return 'none';
  }
}

/** `74% of baseline`. */
function checkShare(state: CheckState, expression: Extract<Expression, { kind: 'share' }>): TypedTerm | null {
  const { share, base } = expression;
  const of = checkValue(state, base);
  if (of === null) return null;
  const unit = share.unit === null ? 'ratio' : literalMeaning(share.unit).unit;
  if (!isMeasured(unit) || !isSameQuantity(unit, 'ratio')) {
    return report(state, share, `${printNumber(share)} is no share`, 'a share such as 80% or 1.5x');
  }
  if (share.unit === null && share.value > 1) {
    const message = `${share.value} of something can be ${share.value}% or ${share.value}x`;
    return report(state, share, message, `${share.value}% or ${share.value}x`, `${share.value}%`);
  }
  if (of.unit === 'number' || !isMeasured(of.unit)) {
    return report(state, base, 'a share of this cannot be calculated', 'a signal with a size');
  }
  const value: Term = { kind: 'constant', value: inBaseUnit(share.value, share.unit) };
  return { ...of, term: { kind: 'arithmetic', operator: '*', left: value, right: of.term }, span: expression };
}

function combine(
  state: CheckState,
  at: Span,
  operator: '+' | '-' | '*' | '/',
  left: TypedTerm,
  right: TypedTerm,
): TypedTerm | null {
  for (const side of [left, right]) {
    if (side.unit !== 'number' && !isMeasured(side.unit)) {
      return report(state, side.span, `${unitWord(side.unit)} cannot be calculated with`, 'a number with a size');
    }
  }
  const unit = unitOfResult(operator, left.unit as MeasuredUnit | 'number', right.unit as MeasuredUnit | 'number');
  if (unit === null) {
    const [a, b] = [unitWord(left.unit), unitWord(right.unit)];
    const isSum = operator === '+' || operator === '-';
    const message = isSum ? `${a} ${operator} ${b} mixes two kinds of quantity` : `${a} ${operator} ${b} has no unit`;
    return report(state, at, message, isSum ? `two values in ${a}` : 'units whose product or quotient has a name');
  }
  return {
    term: fold({ kind: 'arithmetic', operator, left: left.term, right: right.term }),
    unit,
    firstSignal: left.firstSignal ?? right.firstSignal,
    span: at,
  };
}

function unitOfResult(
  operator: '+' | '-' | '*' | '/',
  left: MeasuredUnit | 'number',
  right: MeasuredUnit | 'number',
): MeasuredUnit | 'number' | null {
  if (left === 'number' && right === 'number') return 'number';
  if (operator === '*' || operator === '/') {
    return unitOfProduct(left === 'number' ? 'multiple' : left, right === 'number' ? 'multiple' : right, operator);
  }
  if (left === 'number') return right;
  if (right === 'number' || left === right) return left;
  return isSameQuantity(left, right) ? 'multiple' : null;
}

/** Constants are calculated once, so that a limit of `2 * 50` is the number 100. */
function fold(term: Extract<Term, { kind: 'arithmetic' }>): Term {
  const { left, right, operator } = term;
  if (left.kind !== 'constant' || right.kind !== 'constant') return term;
  const value = calculate(operator, left.value, right.value);
  return value === null ? term : { kind: 'constant', value };
}

/** One operation; null for a division by zero and for what is no finite number. */
export function calculate(operator: '+' | '-' | '*' | '/', left: number, right: number): number | null {
  if (operator === '/' && right === 0) return null;
  const value =
    operator === '+' ? left + right : operator === '-' ? left - right : operator === '*' ? left * right : left / right;
  return Number.isFinite(value) ? value : null;
}

/** A unit in words: `requests_per_second` -> "requests per second". */
export function unitWord(unit: Unit | 'number'): string {
  if (unit === 'number') return 'a bare number';
  if (unit === 'bool') return 'yes/no';
  return unit.replaceAll('_', ' ');
}
