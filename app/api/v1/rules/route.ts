import { RuleInput } from '#lib/api/rules.ts';
import { createRule } from '#lib/service/edit-rule.ts';
import { listRuleViews } from '#lib/service/rules.ts';
import { endpoint } from '../../endpoint.ts';

export const GET = endpoint('viewer', {}, async (_input, { context }) => listRuleViews(context));

export const POST = endpoint('editor', { body: RuleInput }, async ({ body }, { context, actor }) =>
  Response.json(await createRule(context, actor, body), { status: 201 }),
);
