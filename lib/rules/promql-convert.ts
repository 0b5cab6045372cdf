import type { Signal } from '#lib/metrics/signal.ts';
import { type Aggregate, type Comparison, type Expression, MIRRORED } from '#lib/rules/expression.ts';
import { printExpression } from '#lib/rules/print.ts';
import type { PromqlNode } from '#lib/rules/promql-ast.ts';
import { sameFields, seriesOf, signalBy, slowdownSignal } from '#lib/rules/promql-series.ts';
import {
  booleanComparison,
  compare,
  foldConstants,
  gaugeNow,
  gaugeOver,
  inScaleOf,
  literal,
  NOWHERE,
  NoExpression,
  type Term,
  termOf,
  type Value,
  windowed,
  withoutZeroGuard,
} from '#lib/rules/promql-terms.ts';

export type Converted =
  | {
      readonly ok: true;
      readonly expression: Expression;
      readonly isTarget: boolean;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly reason: string };

/**
 * An alerting rule's PromQL as an expression on signals; or why there is none. Warnings name what changed and the
 * mistakes that published rules repeat. Units and scope are not judged here: the result goes through checkExpression.
 */
export function convertPromql(node: PromqlNode): Converted {
  const converter = new Converter();
  try {
    const expression = converter.condition(node);
    return { ok: true, expression, isTarget: converter.isTarget, warnings: [...converter.warnings] };
  } catch (error) {
    if (error instanceof NoExpression) return { ok: false, reason: error.message };
    throw error;
  }
}

type Binary = Extract<PromqlNode, { kind: 'binary' }>;
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '==': '=',
  '!=': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};
const OVER_TIME: Readonly<Record<string, Aggregate>> = {
  avg_over_time: 'avg',
  min_over_time: 'min',
  max_over_time: 'max',
  last_over_time: 'last',
};
const WHY_NOT: Readonly<Record<string, string>> = {
  absent: 'absent() fires only when all are gone; TargetDown, EngineDisappeared and GpuDisappeared watch each one',
  absent_over_time: 'absent_over_time() fires only when all are gone; TargetDown and EngineDisappeared watch each one',
  time: 'ages of timestamps have no counterpart; ExporterFrozen and TargetDown watch for old values',
  deriv: 'slopes are judged by the leak verdict, not by a rule',
  predict_linear: 'slopes are judged by the leak verdict, not by a rule',
};

class Converter {
  readonly warnings = new Set<string>();
  isTarget = false;

  condition(node: PromqlNode): Expression {
    if (node.kind === 'aggregate') return this.condition(this.#ungrouped(node));
    if (node.kind === 'call' && WHY_NOT[node.name] !== undefined) throw new NoExpression(WHY_NOT[node.name]);
    if (node.kind !== 'binary') throw new NoExpression('a value without a comparison fires whenever the series exists');
    if (node.operator === 'and' || node.operator === 'or') return this.#logical(node, node.operator);
    const operator = COMPARISONS[node.operator];
    if (operator === undefined) throw new NoExpression(`"${node.operator}" between conditions has no counterpart`);
    return this.#comparison(node, operator);
  }

  #logical(node: Binary, operator: 'and' | 'or'): Expression {
    const left = this.condition(node.left);
    const right = this.condition(node.right);
    if (node.matching !== '') {
      this.warnings.add(`${node.matching} is dropped: both sides are judged for the same engine, GPU or target`);
    }
    // Rules that name a metric twice for two versions: the signal covers both.
    if (printExpression(left) === printExpression(right)) return left;
    return { kind: 'logical', operator, left, right, ...NOWHERE };
  }

  #comparison(node: Binary, written: Comparison): Expression {
    let [left, right] = [this.#value(node.left), this.#value(node.right)];
    let operator = written;
    if (left.kind === 'constant') [left, right, operator] = [right, left, MIRRORED[written]];
    if (left.kind === 'constant') throw new NoExpression('both sides are constant');
    const special = this.#xid(left, operator, right);
    if (special !== null) return special;
    const term = this.#term(left);
    if (right.kind === 'constant') return this.#againstConstant(term, operator, right.value);
    const limit = this.#term(right);
    this.#warnOwnPast(term, limit);
    return { kind: 'comparison', operator, left: term.expression, right: inScaleOf(term, limit), ...NOWHERE };
  }

  #againstConstant(term: Term, operator: Comparison, value: number): Expression {
    const { signal } = term;
    if (signal?.unit === 'bool') return booleanComparison(term, operator, value);
    this.#lint(signal, term.factor, value);
    const right = literal(value * term.factor, signal);
    return { kind: 'comparison', operator, left: term.expression, right, ...NOWHERE };
  }

  /** Mistakes of published rules. */
  #lint(signal: Signal | null, factor: number, value: number): void {
    if (signal === null) return;
    if (signal.unit === 'seconds' && value >= 100) {
      this.warnings.add(`${signal.id} is in seconds: ${value} s is ${value / 60} min. Were milliseconds meant?`);
    }
    if (signal.unit === 'ratio' && factor === 1 && value > 1) {
      this.warnings.add(`this series is 0..1, so ${value} is never reached. Was ${value} % meant?`);
    }
    if (signal.unit === 'ratio' && factor === 0.01 && value > 0 && value <= 1) {
      this.warnings.add(`this series is 0..100, so ${value} is ${value} %. Was ${value * 100} % meant?`);
    }
    if (signal.id === 'vram_utilization') {
      this.warnings.add(
        'vLLM reserves its share of the card at start, so a high level is its normal state; the VRAM rules of the reports pack judge what lies above',
      );
    }
    if (signal.id === 'gpu_ecc_uncorrected') {
      this.warnings.add('the count stays until the driver is loaded again; GpuEccUncorrected fires on the rise');
    }
  }

  #warnOwnPast(term: Term, limit: Term): void {
    if (term.signal === null || term.signal !== limit.signal || term.signal.compute.type !== 'rate') return;
    this.warnings.add('fires whenever traffic ends; add "and queue_depth > 0"');
  }

  /** A gauge that keeps the last code for ever is imported as errors of the last minutes. */
  #xid(left: Value, operator: Comparison, right: Value): Expression | null {
    if (left.kind !== 'raw' || left.series.fields[0] !== 'xid_last' || right.kind !== 'constant') return null;
    this.warnings.add(
      'the series keeps the last XID until the driver is loaded again and would never resolve; imported as errors of the last 5 minutes',
    );
    const happened = compare('gpu_xid_errors', '>', 0);
    if (operator === '=' && right.value !== 0) {
      return {
        kind: 'logical',
        operator: 'and',
        left: happened,
        right: compare('gpu_xid', '=', right.value),
        ...NOWHERE,
      };
    }
    if ((operator === '>' || operator === '!=') && right.value === 0) return happened;
    throw new NoExpression('XID codes have no order: compare with == and one code');
  }

  #value(node: PromqlNode): Value {
    switch (node.kind) {
      case 'number':
        return { kind: 'constant', value: node.value };
      case 'negate': {
        const operand = this.#value(node.operand);
        if (operand.kind === 'constant') return { kind: 'constant', value: -operand.value };
        const term = this.#term(operand);
        return { ...term, kind: 'term', expression: { kind: 'negate', operand: term.expression, ...NOWHERE } };
      }
      case 'selector':
        return this.#selector(node);
      case 'aggregate':
        return this.#value(this.#ungrouped(node));
      case 'call':
        return this.#call(node);
      case 'binary':
        return this.#arithmetic(node);
    }
  }

  #ungrouped(node: Extract<PromqlNode, { kind: 'aggregate' }>): PromqlNode {
    if (!['sum', 'avg', 'min', 'max'].includes(node.operator))
      throw new NoExpression(`${node.operator} has no counterpart`);
    if (node.operator === 'avg') {
      this.warnings.add('avg over engines hides one that is full; every engine is judged by itself here');
    } else if (node.by === null || node.by.filter((label) => label !== 'le').length === 0) {
      this.warnings.add(
        `${node.operator} over everything: every engine or GPU is judged by itself here, so check the limit`,
      );
    }
    return node.operand;
  }

  #selector(node: Extract<PromqlNode, { kind: 'selector' }>): Value {
    if (node.name === 'up') {
      this.isTarget = true;
      this.#dropped(node.matchers.map(({ label, operator, value }) => `${label}${operator}"${value}"`));
      return termOf('target_up', 1);
    }
    const slowdown = slowdownSignal(node.name);
    if (slowdown !== undefined) return termOf(slowdown.id, 1);
    const found = seriesOf(node.name, node.matchers);
    if (!found.ok) throw new NoExpression(found.reason);
    this.#dropped(found.dropped);
    return { kind: 'raw', series: found.series, windowMs: node.rangeMs };
  }

  #dropped(filters: readonly string[]): void {
    if (filters.length > 0) {
      this.warnings.add(`the filter {${filters.join(', ')}} is dropped: the rule judges every engine, GPU or target`);
    }
  }

  #call(node: Extract<PromqlNode, { kind: 'call' }>): Value {
    const over = OVER_TIME[node.name];
    const [first, second] = node.args;
    if (node.name === 'histogram_quantile' && first !== undefined && second !== undefined)
      return this.#quantile(first, second);
    const isCounted = ['rate', 'irate', 'increase', 'changes'].includes(node.name);
    if ((over === undefined && !isCounted) || first === undefined || node.args.length > 1) {
      throw new NoExpression(WHY_NOT[node.name] ?? `${node.name}() has no counterpart`);
    }
    const raw = this.#value(first);
    if (raw.kind === 'term' && over === 'max' && raw.signal?.compute.type === 'any-bit') return raw;
    if (raw.kind !== 'raw' || raw.windowMs === null) throw new NoExpression(`${node.name} of this has no counterpart`);
    if (over !== undefined) return gaugeOver(raw.series, over, raw.windowMs);
    if (node.name === 'changes' && raw.series.fields[0] === 'xid_last')
      return windowed('gpu_xid_errors', 1, raw.windowMs);
    if (node.name === 'changes') throw new NoExpression('changes() has no counterpart');
    if (node.name === 'irate') this.warnings.add('irate looks at two samples only; the rate over the window is used');
    return {
      kind: 'counted',
      series: raw.series,
      of: node.name === 'increase' ? 'increase' : 'rate',
      windowMs: raw.windowMs,
    };
  }

  #quantile(q: PromqlNode, buckets: PromqlNode): Value {
    const inside = buckets.kind === 'aggregate' ? buckets.operand : buckets;
    const quantile = q.kind === 'number' ? q.value : Number.NaN;
    const value = this.#value(inside);
    if ((value.kind !== 'counted' && value.kind !== 'raw') || value.series.part !== 'bucket') {
      throw new NoExpression('histogram_quantile is known over buckets of vLLM only');
    }
    const [field] = value.series.fields;
    const signal = signalBy(
      (compute) => compute.type === 'quantile' && compute.histogram === field && compute.q === quantile,
    );
    if (signal === undefined) throw new NoExpression(`no signal is the ${quantile} quantile of ${field}`);
    if (value.kind === 'raw') {
      this.warnings.add('buckets without rate() count since the start of the process; the signal’s own window is used');
      return termOf(signal.id, 1);
    }
    return windowed(signal.id, 1, value.windowMs);
  }

  #arithmetic(node: Binary): Value {
    const left = this.#value(node.left);
    const right = this.#value(node.operator === '/' ? withoutZeroGuard(node.right) : node.right);
    const { operator } = node;
    if (COMPARISONS[operator] !== undefined) throw new NoExpression('a comparison inside a value has no counterpart');
    if (left.kind === 'constant' && right.kind === 'constant')
      return { kind: 'constant', value: foldConstants(operator, left.value, right.value) };
    if (operator === '/') return this.#ratio(left, right) ?? this.#combined('/', left, right);
    if (operator === '*' || operator === '+' || operator === '-') return this.#combined(operator, left, right);
    if (operator === 'or' && left.kind === 'term' && right.kind === 'term') {
      // One signal under its old and its new name.
      if (printExpression(left.expression) === printExpression(right.expression)) return left;
    }
    throw new NoExpression(`"${operator}" between values has no counterpart`);
  }

  /** Quotients that are a signal of their own. */
  #ratio(left: Value, right: Value): Value | null {
    if (left.kind === 'counted' && right.kind === 'counted' && left.windowMs === right.windowMs) {
      const [top, bottom] = [left.series, right.series];
      const signal = signalBy((compute) =>
        compute.type === 'histogram-mean'
          ? top.part === 'sum' &&
            bottom.part === 'count' &&
            sameFields(top.fields, bottom.fields) &&
            compute.histogram === top.fields[0]
          : compute.type === 'increase-ratio' &&
            sameFields(compute.numerator, top.fields) &&
            sameFields(compute.denominator, bottom.fields),
      );
      return signal === undefined ? null : windowed(signal.id, 1, left.windowMs);
    }
    if (left.kind !== 'raw' || left.series.part !== 'value') return null;
    const field = left.series.fields[0];
    if (right.kind === 'raw') {
      if (field === 'used_bytes' && right.series.fields[0] === 'free_bytes') {
        this.warnings.add('used / free is 1 on a card that is half full; used / total was probably meant');
      }
      const denominator = right.series.fields[0];
      const signal = signalBy(
        (compute) =>
          compute.type === 'gauge-ratio' && compute.numerator === field && compute.denominator === denominator,
      );
      return signal === undefined ? null : termOf(signal.id, 1);
    }
    const isUsedOfAll =
      right.kind === 'term' &&
      printExpression(right.expression).replace(' + vram_reserved', '') === 'vram_used + vram_free';
    return field === 'used_bytes' && isUsedOfAll ? termOf('vram_utilization', 1) : null;
  }

  #combined(operator: '+' | '-' | '*' | '/', left: Value, right: Value): Value {
    if (right.kind === 'constant' && (operator === '*' || operator === '/')) {
      const term = this.#term(left);
      return { ...term, factor: operator === '/' ? term.factor * right.value : term.factor / right.value };
    }
    if (left.kind === 'constant' && operator === '*') return this.#combined('*', right, left);
    if (left.kind === 'constant' || right.kind === 'constant') {
      const [constant, other] = left.kind === 'constant' ? [left, right] : [right, left];
      if (constant.kind !== 'constant' || operator === '/') throw new NoExpression('this quotient has no counterpart');
      const term = this.#term(other);
      const number = literal(constant.value * term.factor, term.signal);
      const [a, b] = left.kind === 'constant' ? [number, term.expression] : [term.expression, number];
      return { ...term, expression: { kind: 'arithmetic', operator, left: a, right: b, ...NOWHERE } };
    }
    const [a, b] = [this.#term(left), this.#term(right)];
    if ((operator === '+' || operator === '-') && a.factor !== b.factor)
      throw new NoExpression('this adds different scales');
    const factor = operator === '*' ? a.factor * b.factor : operator === '/' ? a.factor / b.factor : a.factor;
    const expression: Expression = {
      kind: 'arithmetic',
      operator,
      left: a.expression,
      right: b.expression,
      ...NOWHERE,
    };
    return { kind: 'term', expression, factor, signal: operator === '+' || operator === '-' ? a.signal : null };
  }

  /** A value that stands by itself. */
  #term(value: Value): Term {
    switch (value.kind) {
      case 'constant':
        return {
          kind: 'term',
          expression: { kind: 'number', value: value.value, unit: null, ...NOWHERE },
          factor: 1,
          signal: null,
        };
      case 'term':
        return value;
      case 'raw':
        if (value.windowMs !== null) throw new NoExpression('a range stands where a value is needed');
        return gaugeNow(value.series);
      case 'counted': {
        const { series, windowMs } = value;
        const signal = signalBy((compute) => compute.type === 'rate' && sameFields(compute.counters, series.fields));
        if (signal === undefined || series.part !== 'value') {
          const counted = signalBy(
            (compute) => compute.type === 'increase' && sameFields(compute.counters, series.fields),
          );
          if (counted !== undefined && value.of === 'increase') return windowed(counted.id, series.factor, windowMs);
          throw new NoExpression(`no signal is the ${value.of} of ${series.fields.join(' + ')}`);
        }
        const perSecond = value.of === 'increase' ? 1000 / windowMs : 1;
        return windowed(signal.id, series.factor * perSecond, windowMs);
      }
    }
  }
}
