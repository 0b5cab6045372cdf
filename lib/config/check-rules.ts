import { ruleOfInput } from '#lib/api/rule-of-input.ts';
import type { Config } from '#lib/config/config.ts';
import { BUILT_IN_RULES } from '#lib/rules/packs.ts';
import type { Rule } from '#lib/rules/rule.ts';

export type RuleFaultAt = { readonly path: readonly PropertyKey[]; readonly message: string };

/** The rules of `rules.custom`, and what is wrong with them: expressions, and ids that are taken. */
export function checkRules(config: Config): {
  readonly rules: readonly Rule[];
  readonly faults: readonly RuleFaultAt[];
} {
  const rules: Rule[] = [];
  const faults: RuleFaultAt[] = [];
  const packOf = new Map(BUILT_IN_RULES.map((rule) => [rule.id, rule.pack]));
  const firstOf = new Map<string, number>();
  config.rules.custom.forEach((input, index) => {
    const path = ['rules', 'custom', index];
    const pack = packOf.get(input.id);
    const first = firstOf.get(input.id);
    if (pack !== undefined)
      faults.push({ path: [...path, 'id'], message: `"${input.id}" is already a rule of the pack ${pack}` });
    if (first !== undefined)
      faults.push({ path: [...path, 'id'], message: `"${input.id}" is already the id of rules.custom[${first}]` });
    firstOf.set(input.id, first ?? index);
    const result = ruleOfInput(input);
    if (result.ok) rules.push(result.rule);
    else faults.push(...result.faults.map((fault) => ({ path: [...path, fault.path], message: fault.message })));
  });
  return { rules, faults };
}
