import { ModelInput } from '#lib/api/plan.ts';
import { createModel, listModels } from '#lib/service/plan-models.ts';
import { endpoint } from '../../../endpoint.ts';

export const GET = endpoint('viewer', {}, async (_input, { context }) => listModels(context));

export const POST = endpoint('responder', { body: ModelInput }, async ({ body }, { context, actor }) =>
  Response.json(await createModel(context, actor, body), { status: 201 }),
);
