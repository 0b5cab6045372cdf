import { AssignInput } from '#lib/api/alerts.ts';
import { BigIdParams } from '#lib/api/id.ts';
import { assignOne } from '#lib/service/act-on-alert.ts';
import { endpoint } from '../../../../endpoint.ts';

export const POST = endpoint(
  'responder',
  { params: BigIdParams, body: AssignInput },
  async (input, { context, actor }) => assignOne(context, actor, input.params.id, input.body),
);
