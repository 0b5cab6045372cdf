import { IdParams } from '#lib/api/id.ts';
import { FinishInput } from '#lib/api/runs.ts';
import { finishRun } from '#lib/service/edit-run.ts';
import { endpoint } from '../../../../endpoint.ts';

export const POST = endpoint('responder', { params: IdParams, body: FinishInput }, async (input, { context, actor }) =>
  finishRun(context, actor, input.params.id, input.body),
);
