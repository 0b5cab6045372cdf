import { SilenceInput } from '#lib/api/silences.ts';
import { createSilence, listSilenceViews } from '#lib/service/silences.ts';
import { endpoint } from '../../endpoint.ts';

export const GET = endpoint('viewer', {}, async (_input, { context }) => listSilenceViews(context));

export const POST = endpoint('responder', { body: SilenceInput }, async ({ body }, { context, actor }) =>
  Response.json(await createSilence(context, actor, body), { status: 201 }),
);
