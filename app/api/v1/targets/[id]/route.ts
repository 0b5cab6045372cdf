import { IdParams } from '#lib/api/id.ts';
import { TargetPatch } from '#lib/api/targets.ts';
import { patchTarget, removeTarget } from '#lib/service/edit-target.ts';
import { getTargetView } from '#lib/service/targets.ts';
import { endpoint } from '../../../endpoint.ts';

export const GET = endpoint('viewer', { params: IdParams }, async ({ params }, { context }) =>
  getTargetView(context, params.id),
);

export const PATCH = endpoint(
  'editor',
  { params: IdParams, body: TargetPatch },
  async ({ params, body }, { context }) => patchTarget(context, params.id, body),
);

export const DELETE = endpoint('editor', { params: IdParams }, async ({ params }, { context }) => {
  await removeTarget(context, params.id);
  return new Response(null, { status: 204 });
});
