import { RuleCheckInput } from '#lib/api/rules.ts';
import { checkRule } from '#lib/service/check-rule.ts';
import { endpoint } from '../../../endpoint.ts';

export const POST = endpoint('viewer', { body: RuleCheckInput }, async ({ body }, { context }) =>
  checkRule(context, body),
);
