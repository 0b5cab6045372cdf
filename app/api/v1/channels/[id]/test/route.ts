import { IdParams } from '#lib/api/id.ts';
import { testChannel } from '#lib/service/test-channel.ts';
import { endpoint } from '../../../../endpoint.ts';

export const POST = endpoint('editor', { params: IdParams }, async ({ params }, { context, actor }) =>
  testChannel(context, actor, params.id),
);
