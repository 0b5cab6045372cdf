import { TargetInput } from '#lib/api/targets.ts';
import { createTarget } from '#lib/service/edit-target.ts';
import { listTargetViews } from '#lib/service/targets.ts';
import { endpoint } from '../../endpoint.ts';

export const GET = endpoint('viewer', {}, async (_input, { context }) => listTargetViews(context));

export const POST = endpoint('editor', { body: TargetInput }, async ({ body }, { context }) =>
  Response.json(await createTarget(context, body), { status: 201 }),
);
