import type { RuleImport, RuleImportInput } from '#lib/api/rules.ts';
import { insertUserRule, loadRules } from '#lib/db/rules.ts';
import { importPrometheusRules } from '#lib/rules/promql-import.ts';
import type { Rule } from '#lib/rules/rule.ts';
import type { Actor } from '#lib/service/access.ts';
import { change } from '#lib/service/change.ts';
import type { ServiceContext } from '#lib/service/context.ts';

/**
 * `POST /rules/import`: Prometheus alerting rules as far as their expressions have a counterpart, with the list of what
 * did not. `dryRun` stores nothing. A rule whose id is taken is refused, never overwritten.
 */
export async function importRules(context: ServiceContext, actor: Actor, input: RuleImportInput): Promise<RuleImport> {
  const { imported, refused } = importPrometheusRules(input.yaml);
  const present = new Set((await loadRules(context.pool)).map((stored) => stored.rule.id));
  const free = imported.filter(({ rule }) => !present.has(rule.id));
  const taken = imported.filter(({ rule }) => present.has(rule.id));
  const lost =
    input.dryRun || free.length === 0
      ? []
      : await store(
          context,
          actor,
          free.map(({ rule }) => rule),
        );
  const isTaken = (name: string) => ({ name, reason: `a rule "${name}" exists already` });
  return {
    imported: free
      .filter(({ rule }) => !lost.includes(rule.id))
      .map(({ rule, warnings }) => ({ id: rule.id, expr: rule.expr, warnings: [...warnings] })),
    refused: [...refused, ...taken.map(({ rule }) => isTaken(rule.id)), ...lost.map(isTaken)],
  };
}

/** Answers the ids that somebody took meanwhile. */
function store(context: ServiceContext, actor: Actor, rules: readonly Rule[]): Promise<readonly string[]> {
  return change(context, actor, 'rules', async (client) => {
    const lost: string[] = [];
    for (const rule of rules) {
      const isNew = await insertUserRule(client, rule, { by: actor.name, atMs: context.clock() });
      if (!isNew) lost.push(rule.id);
    }
    const ids = rules.map((rule) => rule.id).filter((id) => !lost.includes(id));
    return { result: lost, deed: { action: 'rule.import', object: `${ids.length} rules`, detail: { ids } } };
  });
}
