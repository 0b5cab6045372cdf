import type { RuleInput, RulePatch } from '#lib/api/rules.ts';
import { compileRuleExpression } from '#lib/rules/check.ts';
import type { ExpressionError } from '#lib/rules/expression.ts';
import type { Rule, RuleScope } from '#lib/rules/rule.ts';

export type RuleFault = { readonly path: 'expr' | 'literal'; readonly message: string };
export type RuleOfInput =
  | { readonly ok: true; readonly rule: Rule }
  | { readonly ok: false; readonly faults: readonly RuleFault[] };

/** The rule that a person wrote: the scope follows from the expression; both forms must mean something on it. */
export function ruleOfInput(input: RuleInput): RuleOfInput {
  const scope = scopeOf(input.expr, input.scope ?? null);
  const rule: Rule = {
    id: input.id,
    title: input.title ?? input.id,
    scope: scope ?? input.scope ?? 'engine',
    pack: null,
    vram: 'printed',
    ...spoken(input),
  };
  const faults = faultsOf(rule, input.scope ?? null);
  return faults.length > 0 ? { ok: false, faults } : { ok: true, rule };
}

type Spoken = Omit<Rule, 'id' | 'title' | 'scope' | 'pack' | 'vram'>;

function spoken(input: RuleInput): Spoken {
  const { for: forMs, keep_firing_for: keepFiringMs, literal: literalExpr } = input;
  const { expr, hysteresis, absence, severity, action, cause, check, remedy, source, enabled } = input;
  return {
    ...{ forMs, keepFiringMs, literalExpr, expr, hysteresis, absence, severity },
    ...{ action, cause, check, remedy, source, enabled },
  };
}

/** The fields that a patch names, under the names of a rule. */
export function changeOfPatch(patch: RulePatch): Partial<Rule> {
  const { version: _version, reset: _reset, for: forMs, keep_firing_for: keepFiringMs, literal, ...same } = patch;
  const named = { ...same, forMs, keepFiringMs, literalExpr: literal };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

/** What is wrong with a rule's expressions; `scope` null lets the relative form decide. */
export function faultsOf(rule: Rule, scope: RuleScope | null = rule.scope): readonly RuleFault[] {
  const relative = compileRuleExpression(rule.expr, scope);
  if (!relative.ok) return [{ path: 'expr', message: faultText(relative.errors) }];
  if (rule.literalExpr === null) return [];
  const literal = compileRuleExpression(rule.literalExpr, relative.checked.scope);
  return literal.ok ? [] : [{ path: 'literal', message: faultText(literal.errors) }];
}

function scopeOf(expr: string, asked: RuleScope | null): RuleScope | null {
  const found = compileRuleExpression(expr, asked);
  return found.ok ? found.checked.scope : null;
}

/** `position 12: …, expected …, did you mean …?` */
function faultText(errors: readonly ExpressionError[]): string {
  return errors
    .map(({ position, message, expected, nearest }) => {
      const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
      return `position ${position + 1}: ${message}: expected ${expected}${hint}`;
    })
    .join('; ');
}
