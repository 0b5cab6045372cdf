import { VersionInput } from '#lib/api/alerts.ts';
import { BigIdParams } from '#lib/api/id.ts';
import { unackOne } from '#lib/service/act-on-alert.ts';
import { endpoint } from '../../../../endpoint.ts';

export const POST = endpoint(
  'responder',
  { params: BigIdParams, body: VersionInput },
  async (input, { context, actor }) => unackOne(context, actor, input.params.id, input.body),
);
