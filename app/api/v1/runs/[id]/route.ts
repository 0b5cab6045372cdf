import { IdParams } from '#lib/api/id.ts';
import { RunPatch } from '#lib/api/runs.ts';
import { deleteRun, patchRun } from '#lib/service/edit-run.ts';
import { getRunView } from '#lib/service/runs.ts';
import { endpoint } from '../../../endpoint.ts';

export const GET = endpoint('viewer', { params: IdParams }, async ({ params }, { context }) =>
  getRunView(context, params.id),
);

export const PATCH = endpoint('responder', { params: IdParams, body: RunPatch }, async (input, { context, actor }) =>
  patchRun(context, actor, input.params.id, input.body),
);

export const DELETE = endpoint('responder', { params: IdParams }, async ({ params }, { context, actor }) => {
  await deleteRun(context, actor, params.id);
  return new Response(null, { status: 204 });
});
