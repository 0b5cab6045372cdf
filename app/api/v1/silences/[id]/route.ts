import { BigIdParams } from '#lib/api/id.ts';
import { finishSilence } from '#lib/service/silences.ts';
import { endpoint } from '../../../endpoint.ts';

export const DELETE = endpoint('responder', { params: BigIdParams }, async ({ params }, { context, actor }) => {
  await finishSilence(context, actor, params.id);
  return new Response(null, { status: 204 });
});
