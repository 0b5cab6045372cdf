import { compileRuleExpression } from '#lib/rules/check.ts';
import { evaluate, type Judgement } from '#lib/rules/evaluate.ts';
import type { RuleScope } from '#lib/rules/rule.ts';

/** Values by signal id, or by `avg(signal)` for a window; what is not named is unknown. */
export type Values = Readonly<Record<string, number | null>>;

/** Judges an expression against fixed values. Throws when the expression is wrong. */
export function judge(text: string, values: Values, margin = 0, scope: RuleScope | null = null): Judgement {
  const result = compileRuleExpression(text, scope);
  if (!result.ok) throw new Error(`${text}: ${JSON.stringify(result.errors)}`);
  return evaluate(
    result.checked,
    ({ signal, aggregate }) => values[aggregate === 'default' ? signal : `${aggregate}(${signal})`] ?? null,
    margin,
  );
}
