import { BatchParams, BatchPatch } from '#lib/api/runs.ts';
import { patchBatch } from '#lib/service/edit-batch.ts';
import { endpoint } from '../../../../../endpoint.ts';

export const PATCH = endpoint(
  'responder',
  { params: BatchParams, body: BatchPatch },
  async ({ params, body }, { context, actor }) =>
    patchBatch(context, actor, { runId: params.id, number: params.number }, body),
);
