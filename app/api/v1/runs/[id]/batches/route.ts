import { IdParams } from '#lib/api/id.ts';
import { BatchInput } from '#lib/api/runs.ts';
import { beginBatch } from '#lib/service/edit-batch.ts';
import { endpoint } from '../../../../endpoint.ts';

export const POST = endpoint('responder', { params: IdParams, body: BatchInput }, async (input, { context, actor }) =>
  Response.json(await beginBatch(context, actor, input.params.id, input.body), { status: 201 }),
);
