import { TargetInput } from '#lib/api/targets.ts';
import { testTarget } from '#lib/service/test-target.ts';
import { endpoint } from '../../../endpoint.ts';

export const POST = endpoint('editor', { body: TargetInput }, async ({ body }, { context }) =>
  testTarget(context, body),
);
