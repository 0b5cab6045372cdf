import { ChannelPatch } from '#lib/api/channels.ts';
import { IdParams } from '#lib/api/id.ts';
import { getChannel } from '#lib/service/channels.ts';
import { patchChannel, removeChannel } from '#lib/service/edit-channel.ts';
import { endpoint } from '../../../endpoint.ts';

export const GET = endpoint('viewer', { params: IdParams }, async ({ params }, { context }) =>
  getChannel(context, params.id),
);

export const PATCH = endpoint(
  'editor',
  { params: IdParams, body: ChannelPatch },
  async ({ params, body }, { context, actor }) => patchChannel(context, actor, params.id, body),
);

export const DELETE = endpoint('editor', { params: IdParams }, async ({ params }, { context, actor }) => {
  await removeChannel(context, actor, params.id);
  return new Response(null, { status: 204 });
});
