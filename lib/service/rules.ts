import type { RuleList, RuleView } from '#lib/api/rules.ts';
import { countOpenByRule, countScopes, type RuleCounts } from '#lib/db/rule-counts.ts';
import { findRule, loadRules, type StoredRule } from '#lib/db/rules.ts';
import { type CompiledForm, compileRule } from '#lib/rules/compiled-rule.ts';
import { thresholdsOf } from '#lib/rules/thresholds.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';

/** `GET /rules`: every rule, whether it can be evaluated and what it says now. */
export async function listRuleViews(context: ServiceContext): Promise<RuleList> {
  return { items: await viewsOf(context, await loadRules(context.pool)), nextCursor: null };
}

/** `GET /rules/{id}` */
export async function getRuleView(context: ServiceContext, id: string): Promise<RuleView> {
  const [view] = await viewsOf(context, [await findRuleOrThrow(context, id)]);
  if (view === undefined) throw new AppError('not-found', `no rule ${id}`);
  return view;
}

export async function findRuleOrThrow(context: ServiceContext, id: string): Promise<StoredRule> {
  const stored = await findRule(context.pool, id);
  if (stored === null) throw new AppError('not-found', `no rule ${id}`);
  return stored;
}

const NONE: RuleCounts = { firing: 0, pending: 0, unknown: 0 };

async function viewsOf(context: ServiceContext, rules: readonly StoredRule[]): Promise<RuleView[]> {
  const [counts, scopes] = await Promise.all([countOpenByRule(context.pool), countScopes(context.pool)]);
  return rules.map((stored) => {
    const { rule, origin, change, version, changedBy, changedAtMs } = stored;
    const { literalExpr: literal, ...shown } = rule;
    const changed = change !== null || (origin === 'pack' && rule.enabled !== stored.definition.enabled);
    return {
      ...shown,
      literal,
      origin,
      changed,
      changedBy,
      changedAtMs,
      version,
      ...compiledParts(stored),
      now: { ...(counts.get(rule.id) ?? NONE), subjects: scopes[rule.scope] },
    };
  });
}

function compiledParts({ rule }: StoredRule): Pick<RuleView, 'signals' | 'thresholds' | 'error'> {
  const result = compileRule(rule);
  if (!result.ok) return { signals: [], thresholds: [], error: result.error };
  const { relative, literal } = result.compiled;
  const forms = relative === literal ? [relative] : [relative, literal];
  return {
    signals: [...new Set(forms.flatMap((form) => form.reads.map((read) => read.signal)))],
    thresholds: forms.flatMap((form: CompiledForm) =>
      thresholdsOf(form.checked).map((threshold) => ({ ...threshold, profile: form.profile })),
    ),
    error: null,
  };
}
