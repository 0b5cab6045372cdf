import { isPollCompute } from '#lib/metrics/signal.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import { type CheckedExpression, compileRuleExpression } from '#lib/rules/check.ts';
import { readsOf, type SignalRead } from '#lib/rules/reads.ts';
import type { Rule } from '#lib/rules/rule.ts';

export type CompiledForm = {
  readonly text: string;
  readonly profile: 'relative' | 'literal';
  readonly checked: CheckedExpression;
  readonly reads: readonly SignalRead[];
  /** Known even when a poll failed. */
  readonly readsPollsOnly: boolean;
};

/** A rule whose expressions were checked. `literal` is the same form as `relative` where the rule has one form only. */
export type CompiledRule = { readonly rule: Rule; readonly relative: CompiledForm; readonly literal: CompiledForm };

export type Compiled =
  | { readonly ok: true; readonly compiled: CompiledRule }
  | { readonly ok: false; readonly error: string };

/** Checks a rule as a whole; the error names the form, the position and what was expected. */
export function compileRule(rule: Rule): Compiled {
  const relative = compileForm(rule, rule.expr, 'relative');
  if (!relative.ok) return relative;
  if (rule.literalExpr === null) {
    return { ok: true, compiled: { rule, relative: relative.form, literal: relative.form } };
  }
  const literal = compileForm(rule, rule.literalExpr, 'literal');
  if (!literal.ok) return literal;
  return { ok: true, compiled: { rule, relative: relative.form, literal: literal.form } };
}

type Formed = { readonly ok: true; readonly form: CompiledForm } | { readonly ok: false; readonly error: string };

function compileForm(rule: Rule, text: string, profile: CompiledForm['profile']): Formed {
  const result = compileRuleExpression(text, rule.scope);
  if (!result.ok) {
    const [first] = result.errors;
    const where = profile === 'literal' ? 'literal form, ' : '';
    return {
      ok: false,
      error: `${where}position ${(first?.position ?? 0) + 1}: ${first?.message ?? 'not understood'}`,
    };
  }
  const reads = readsOf(result.checked);
  const readsPollsOnly = reads.every((read) => {
    const signal = findSignal(read.signal);
    return signal !== undefined && isPollCompute(signal.compute);
  });
  return { ok: true, form: { text, profile, checked: result.checked, reads, readsPollsOnly } };
}

/** The form that holds on a target of this profile. */
export function formFor(compiled: CompiledRule, profile: 'relative' | 'literal'): CompiledForm {
  return profile === 'literal' ? compiled.literal : compiled.relative;
}
