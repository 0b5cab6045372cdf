import { RuleImportInput } from '#lib/api/rules.ts';
import { importRules } from '#lib/service/import-rules.ts';
import { endpoint } from '../../../endpoint.ts';

export const POST = endpoint('editor', { body: RuleImportInput }, async ({ body }, { context, actor }) =>
  importRules(context, actor, body),
);
