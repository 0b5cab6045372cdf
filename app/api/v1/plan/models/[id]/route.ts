import { IdParams } from '#lib/api/id.ts';
import { ModelPatch } from '#lib/api/plan.ts';
import { patchModel, removeModel } from '#lib/service/plan-models.ts';
import { endpoint } from '../../../../endpoint.ts';

export const PATCH = endpoint(
  'responder',
  { params: IdParams, body: ModelPatch },
  async ({ params, body }, { context, actor }) => patchModel(context, actor, params.id, body),
);

export const DELETE = endpoint('responder', { params: IdParams }, async ({ params }, { context, actor }) => {
  await removeModel(context, actor, params.id);
  return new Response(null, { status: 204 });
});
