import { changeOfPatch, faultsOf, type RuleFault, ruleOfInput } from '#lib/api/rule-of-input.ts';
import type { RuleInput, RulePatch, RuleView } from '#lib/api/rules.ts';
import { insertUserRule, removeUserRule, type StoredRule, updateRule } from '#lib/db/rules.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import type { Rule } from '#lib/rules/rule.ts';
import type { Actor } from '#lib/service/access.ts';
import { change } from '#lib/service/change.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';
import { findRuleOrThrow, getRuleView } from '#lib/service/rules.ts';

/** `POST /rules` */
export async function createRule(context: ServiceContext, actor: Actor, input: RuleInput): Promise<RuleView> {
  const rule = ruleOrThrow(input);
  await change(context, actor, 'rules', async (client) => {
    const isNew = await insertUserRule(client, rule, { by: actor.name, atMs: context.clock() });
    if (!isNew)
      throw new AppError('conflict', `a rule "${rule.id}" exists already`, [{ path: 'id', message: 'is taken' }]);
    return { result: null, deed: { action: 'rule.create', object: `rule ${rule.id}`, detail: rule } };
  });
  return getRuleView(context, rule.id);
}

/** The rule that the input means. Throws AppError `invalid` with the position in the expression. */
export function ruleOrThrow(input: RuleInput): Rule {
  const result = ruleOfInput(input);
  if (result.ok) return result.rule;
  throw refusal(result.faults);
}

function refusal(faults: readonly RuleFault[]): AppError {
  return new AppError('invalid', faults.map(({ path, message }) => `${path}: ${message}`).join('; '), faults);
}

/** `PATCH /rules/{id}`: a person's rule itself, or what differs from a pack's; `reset` puts a pack's rule back. */
export async function patchRule(
  context: ServiceContext,
  actor: Actor,
  id: string,
  patch: RulePatch,
): Promise<RuleView> {
  const before = await editableRule(context, id);
  checkVersion(before, patch.version, context.clock());
  if (patch.reset === true && before.origin === 'user')
    throw new AppError('invalid', 'reset: only a rule of a pack can be put back', [
      { path: 'reset', message: `"${id}" was written by a person` },
    ]);
  const edit = patch.reset === true ? resetOf(before) : editOf(before, patch);
  const faults = faultsOf({ ...before.rule, ...edit.change });
  if (faults.length > 0) throw refusal(faults);
  await change(context, actor, 'rules', async (client) => {
    const author = { by: patch.reset === true ? null : actor.name, atMs: context.clock() };
    if (!(await updateRule(client, before, edit, author)))
      throw new AppError('conflict', `rule "${id}" was changed in this very moment: look again`);
    const action = patch.reset === true ? 'rule.reset' : 'rule.change';
    return { result: null, deed: { action, object: `rule ${id}`, detail: patch } };
  });
  return getRuleView(context, id);
}

type Edit = { readonly change: Partial<Rule> | null; readonly enabled: boolean };

function resetOf(before: StoredRule): Edit {
  return { change: null, enabled: before.definition.enabled };
}

/** Of a pack's rule only what differs from the pack is kept, so that the rest follows later versions of it. */
function editOf(before: StoredRule, patch: RulePatch): Edit {
  const { enabled = before.rule.enabled, ...fields } = changeOfPatch(patch);
  if (before.origin === 'user') return { change: fields, enabled };
  const all = Object.entries({ ...before.change, ...fields });
  const kept = all.filter(([key, value]) => value !== before.definition[key as keyof Rule] && key !== 'enabled');
  return { change: kept.length === 0 ? null : Object.fromEntries(kept), enabled };
}

/** `DELETE /rules/{id}`: only a person's own; its open alerts end with it. */
export async function deleteRule(context: ServiceContext, actor: Actor, id: string): Promise<void> {
  const stored = await editableRule(context, id);
  if (stored.origin === 'pack')
    throw new AppError('conflict', `rule "${id}" comes with Headroom: turn it off instead, or leave its pack out`);
  await change(context, actor, 'rules', async (client) => {
    if (!(await removeUserRule(client, id, { by: actor.name, atMs: context.clock() })))
      throw new AppError('not-found', `no rule ${id}`);
    return { result: null, deed: { action: 'rule.remove', object: `rule ${id}`, detail: stored.rule } };
  });
}

async function editableRule(context: ServiceContext, id: string): Promise<StoredRule> {
  const stored = await findRuleOrThrow(context, id);
  if (stored.origin === 'file')
    throw new AppError('conflict', `rule "${id}" comes from the configuration file: change it there`);
  return stored;
}

function checkVersion(stored: StoredRule, version: number | undefined, nowMs: number): void {
  if (version === undefined || version === stored.version) return;
  const ago = describeDurationMs(Math.max(0, nowMs - stored.changedAtMs));
  const who = stored.changedBy === null ? 'changed' : `changed by ${stored.changedBy}`;
  throw new AppError('conflict', `rule "${stored.rule.id}" was ${who} ${ago} ago`, [
    { path: 'version', message: String(stored.version) },
  ]);
}
