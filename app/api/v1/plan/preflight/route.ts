import { PreflightBody } from '#lib/api/plan.ts';
import { preflight } from '#lib/service/plan.ts';
import { endpoint } from '../../../endpoint.ts';

export const POST = endpoint('viewer', { body: PreflightBody }, async ({ body }, { context }) =>
  preflight(context, body),
);
