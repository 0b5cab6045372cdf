import { ChannelInput } from '#lib/api/channels.ts';
import { listChannels } from '#lib/service/channels.ts';
import { createChannel } from '#lib/service/edit-channel.ts';
import { endpoint } from '../../endpoint.ts';

export const GET = endpoint('viewer', {}, async (_input, { context }) => listChannels(context));

export const POST = endpoint('editor', { body: ChannelInput }, async ({ body }, { context, actor }) =>
  Response.json(await createChannel(context, actor, body), { status: 201 }),
);
