import type { Signal } from '#lib/metrics/signal.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { Aggregate, Comparison, Expression, NumberLiteral } from '#lib/rules/expression.ts';
import type { LiteralUnit } from '#lib/rules/literal-unit.ts';
import type { PromqlNode } from '#lib/rules/promql-ast.ts';
import { type KnownSeries, signalBy } from '#lib/rules/promql-series.ts';

/** Says that there is no expression like it, and why; caught in promql-convert.ts. */
export class NoExpression extends Error {}

/** Converted parts stand nowhere in a text of ours. */
export const NOWHERE = { position: 0, length: 0 } as const;

/** A value of PromQL: Prometheus's number × factor is ours in base units. */
export type Value =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'term'; readonly expression: Expression; readonly factor: number; readonly signal: Signal | null }
  /** Something counted over a window, or a histogram's part, that only means something inside a larger form. */
  | {
      readonly kind: 'counted';
      readonly series: KnownSeries;
      readonly of: 'rate' | 'increase';
      readonly windowMs: number;
    }
  | { readonly kind: 'raw'; readonly series: KnownSeries; readonly windowMs: number | null };

export type Term = Extract<Value, { kind: 'term' }>;

/** `a / (b > 0)`: a division by zero is unknown here anyway. */
export function withoutZeroGuard(node: PromqlNode): PromqlNode {
  if (node.kind !== 'binary' || (node.operator !== '>' && node.operator !== '!=')) return node;
  return node.right.kind === 'number' && node.right.value === 0 ? node.left : node;
}

export function termOf(id: string, factor: number): Term {
  return {
    kind: 'term',
    expression: { kind: 'signal', signal: id, ...NOWHERE },
    factor,
    signal: findSignal(id) ?? null,
  };
}

/** The limit in the scale of the other side: `0.5 * rate(…)` becomes `50% of …`. */
export function inScaleOf(term: Term, limit: Term): Expression {
  const share = Number((term.factor / limit.factor).toPrecision(12));
  if (share === 1) return limit.expression;
  const { expression } = limit;
  if (expression.kind === 'signal' || expression.kind === 'window') {
    const percent = { kind: 'number', value: Number((share * 100).toPrecision(12)), unit: '%', ...NOWHERE } as const;
    return { kind: 'share', share: percent, base: expression, ...NOWHERE };
  }
  const number = { kind: 'number', value: share, unit: null, ...NOWHERE } as const;
  return { kind: 'arithmetic', operator: '*', left: number, right: expression, ...NOWHERE };
}

/** The signal itself where the window is its own, else its average over the window. */
export function windowed(id: string, factor: number, windowMs: number, aggregate: Aggregate = 'avg'): Term {
  const term = termOf(id, factor);
  if (aggregate === 'avg' && term.signal?.windowMs === windowMs && term.signal.compute.type !== 'gauge') return term;
  const signal = { kind: 'signal', signal: id, ...NOWHERE } as const;
  return { ...term, expression: { kind: 'window', aggregate, signal, windowMs, ...NOWHERE } };
}

function gaugeSignal(series: KnownSeries): Signal {
  const [field = ''] = series.fields;
  const signal = signalBy((compute) => compute.type === 'gauge' && compute.field === field);
  if (signal !== undefined) return signal;
  const isCounter = signalBy(
    (compute) => 'counters' in compute && compute.counters.some((counter) => counter === field),
  );
  if (isCounter !== undefined || series.part !== 'value') {
    throw new NoExpression(
      `${field} only grows, so a limit on it is passed once and for ever; use rate() or increase()`,
    );
  }
  throw new NoExpression(`no signal shows ${field}`);
}

export function gaugeNow(series: KnownSeries): Term {
  return termOf(gaugeSignal(series).id, series.factor);
}

export function gaugeOver(series: KnownSeries, aggregate: Aggregate, windowMs: number): Term {
  return windowed(gaugeSignal(series).id, series.factor, windowMs, aggregate);
}

export function compare(signal: string, operator: Comparison, value: number): Expression {
  const right = { kind: 'number', value, unit: null, ...NOWHERE } as const;
  return { kind: 'comparison', operator, left: { kind: 'signal', signal, ...NOWHERE }, right, ...NOWHERE };
}

/** `== 0`, `< 1` are no; `== 1`, `> 0`, `!= 0` are yes. */
export function booleanComparison(term: Term, operator: Comparison, value: number): Expression {
  const spelled = `${operator} ${value}`;
  const truth = { '= 0': false, '< 1': false, '!= 1': false, '= 1': true, '> 0': true, '!= 0': true, '>= 1': true }[
    spelled
  ];
  if (truth === undefined) throw new NoExpression(`a yes/no signal cannot be compared by "${spelled}"`);
  const right = { kind: 'truth', value: truth, ...NOWHERE } as const;
  return { kind: 'comparison', operator: '=', left: term.expression, right, ...NOWHERE };
}

/** A limit in the unit that a person would write. */
export function literal(value: number, signal: Signal | null): NumberLiteral {
  const [scale, unit] = scaleFor(Math.abs(value), signal);
  return { kind: 'number', value: Number((value / scale).toPrecision(12)), unit, ...NOWHERE };
}

function scaleFor(size: number, signal: Signal | null): readonly [number, LiteralUnit | null] {
  if (size === 0) return [1, null];
  if (signal?.unit === 'seconds') return size < 1 ? [0.001, 'ms'] : [1, 's'];
  if (signal?.unit === 'ratio') return [0.01, '%'];
  if (signal?.unit === 'bytes') return size < 1024 ** 3 ? [1024 ** 2, 'MiB'] : [1024 ** 3, 'GiB'];
  return signal?.unit === 'hertz' ? [1e6, 'MHz'] : [1, null];
}

export function foldConstants(operator: string, left: number, right: number): number {
  const results: Readonly<Record<string, number>> = {
    '+': left + right,
    '-': left - right,
    '*': left * right,
    '/': left / right,
    '^': left ** right,
    '%': left % right,
  };
  const result = results[operator];
  if (result === undefined || !Number.isFinite(result))
    throw new NoExpression(`${left} ${operator} ${right} is no number`);
  return result;
}
