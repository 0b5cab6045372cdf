import { AckInput } from '#lib/api/alerts.ts';
import { BigIdParams } from '#lib/api/id.ts';
import { ackOne } from '#lib/service/act-on-alert.ts';
import { endpoint } from '../../../../endpoint.ts';

export const POST = endpoint('responder', { params: BigIdParams, body: AckInput }, async (input, { context, actor }) =>
  ackOne(context, actor, input.params.id, input.body),
);
