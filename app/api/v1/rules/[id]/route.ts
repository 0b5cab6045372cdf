import { RuleIdParams, RulePatch } from '#lib/api/rules.ts';
import { deleteRule, patchRule } from '#lib/service/edit-rule.ts';
import { getRuleView } from '#lib/service/rules.ts';
import { endpoint } from '../../../endpoint.ts';

export const GET = endpoint('viewer', { params: RuleIdParams }, async ({ params }, { context }) =>
  getRuleView(context, params.id),
);

export const PATCH = endpoint('editor', { params: RuleIdParams, body: RulePatch }, async (input, ask) =>
  patchRule(ask.context, ask.actor, input.params.id, input.body),
);

export const DELETE = endpoint('editor', { params: RuleIdParams }, async ({ params }, { context, actor }) => {
  await deleteRule(context, actor, params.id);
  return new Response(null, { status: 204 });
});
