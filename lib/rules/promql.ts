import { findSignal } from '#lib/metrics/signals.ts';
import type { CheckedComparison, CheckedExpression, Condition, Term } from '#lib/rules/checked.ts';
import { type Comparison, OPPOSITE } from '#lib/rules/expression.ts';
import { labelsOf, NoCounterpart, type PromqlOptions, promqlReading } from '#lib/rules/promql-reading.ts';
import { readsOf, readsOfTerm } from '#lib/rules/reads.ts';

export type { PromqlOptions } from '#lib/rules/promql-reading.ts';

export const DEFAULT_PROMQL_OPTIONS: PromqlOptions = {
  gpuExporter: 'nvidia_gpu_exporter',
  baselineRps: null,
  slo: null,
};

export type Promql = { readonly ok: true; readonly promql: string } | { readonly ok: false; readonly reason: string };

/**
 * The same condition in PromQL, with current vLLM names and those of one GPU exporter; or why there is none.
 * Every reading is brought to the subject's labels, so that `and`, `or` and arithmetic match one to one. Unknown is an
 * absent series, a denominator of 0 is filtered out, `not` turns the comparisons around.
 */
export function promqlOf(checked: CheckedExpression, options: PromqlOptions = DEFAULT_PROMQL_OPTIONS): Promql {
  try {
    refuseMixedLabels(checked);
    return { ok: true, promql: condition(checked.condition, options, false) };
  } catch (error) {
    if (error instanceof NoCounterpart) return { ok: false, reason: error.message };
    throw error;
  }
}

/** `up` has no engine label, so it cannot be joined with an engine's own series. */
function refuseMixedLabels(checked: CheckedExpression): void {
  const kinds = new Set(readsOf(checked).map((read) => findSignal(read.signal)?.compute.type === 'target-up'));
  if (kinds.size > 1) throw new NoCounterpart('"up" does not have the labels of an engine or GPU');
}

function condition(part: Condition, options: PromqlOptions, negated: boolean): string {
  switch (part.kind) {
    case 'not':
      return condition(part.operand, options, !negated);
    case 'comparison':
      return comparison(part, options, negated ? OPPOSITE[part.operator] : part.operator);
    case 'logical':
      return logical(part, options, negated);
  }
}

function logical(part: Extract<Condition, { kind: 'logical' }>, options: PromqlOptions, negated: boolean): string {
  const isAnd = (part.operator === 'and') !== negated;
  const parts = chainOf(part, part.operator);
  const codes = isAnd || negated || options.gpuExporter === 'dcgm' ? [] : parts.filter(isXidCode);
  const rest = codes.length < 2 ? parts : parts.filter((one) => !isXidCode(one));
  const sides = rest.map((one) => `(${condition(one, options, negated)})`);
  if (codes.length >= 2) sides.push(`(${xidIsOneOf(codes.map(constantLimit).join('|'), options)})`);
  return sides.join(isAnd ? ' and ' : ' or ');
}

/** `a or b or c` as a list. */
function chainOf(part: Condition, operator: 'and' | 'or'): Condition[] {
  if (part.kind !== 'logical' || part.operator !== operator) return [part];
  return [...chainOf(part.left, operator), ...chainOf(part.right, operator)];
}

function isXidCode(part: Condition): part is CheckedComparison {
  if (part.kind !== 'comparison' || part.operator !== '=' || part.limit.kind !== 'constant') return false;
  return part.value.kind === 'read' && part.value.read.signal === 'gpu_xid' && part.value.read.aggregate === 'default';
}

function constantLimit(part: CheckedComparison): string {
  return part.limit.kind === 'constant' ? String(part.limit.value) : '';
}

function comparison(part: CheckedComparison, options: PromqlOptions, operator: Comparison): string {
  const special = xidComparison(part, options, operator);
  if (special !== null) return special;
  if (operator === '!=' && readsOfTerm(part.value).some((read) => canBeNaN(read.signal))) {
    throw new NoCounterpart('"!=" is true for NaN in Prometheus, and this value is NaN without traffic');
  }
  const sign = operator === '=' ? '==' : operator;
  return `${operand(part.value, options)} ${sign} ${operand(part.limit, options)}`;
}

function canBeNaN(signal: string): boolean {
  const type = findSignal(signal)?.compute.type;
  return type === 'quantile' || type === 'histogram-mean' || type === 'fraction-below' || type === 'increase-ratio';
}

/** XIDs as nvidia_gpu_exporter prints them: a time per code. The code whose time is the newest is the last one. */
function xidComparison(part: CheckedComparison, options: PromqlOptions, operator: Comparison): string | null {
  const { value, limit } = part;
  if (value.kind !== 'read' || limit.kind !== 'constant') return null;
  if (value.read.signal === 'gpu_xid_errors' && (operator !== '>' || limit.value !== 0)) {
    throw new NoCounterpart('only "gpu_xid_errors > 0" can be written: a new series of a counter has no increase');
  }
  if (options.gpuExporter === 'dcgm' || operator !== '=' || !isXidCode({ ...part, operator })) return null;
  return xidIsOneOf(String(limit.value), options);
}

function xidIsOneOf(codes: string, options: PromqlOptions): string {
  const newest = (matcher: string): string =>
    `max by (${labelsOf('gpu', options.gpuExporter)}) (nvidia_smi_xid_last_timestamp_seconds${matcher})`;
  return `${newest(`{xid=~"${codes}"}`)} == ${newest('')}`;
}

function operand(term: Term, options: PromqlOptions): string {
  if (term.kind === 'constant') return String(term.value);
  const text = termText(term, options);
  return isOneCall(text) ? text : `(${text})`;
}

function termText(term: Term, options: PromqlOptions): string {
  switch (term.kind) {
    case 'constant':
      return String(term.value);
    case 'read':
      return promqlReading(term.read, options);
    case 'arithmetic': {
      const left = operand(term.left, options);
      const right = operand(term.right, options);
      const isDivided = term.operator === '/' && term.right.kind !== 'constant';
      return `${left} ${term.operator} ${isDivided ? `(${right} != 0)` : right}`;
    }
  }
}

/** Whether the text is one aggregation or call, which needs no brackets: its last bracket closes the argument list. */
function isOneCall(text: string): boolean {
  let depth = 0;
  let groups = 0;
  for (const character of text) {
    if (character === '(' && depth++ === 0) groups++;
    if (character === ')') depth--;
    if (depth === 0 && '+-*/%<>='.includes(character)) return false;
  }
  return groups <= 2;
}
