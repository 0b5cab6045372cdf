import { NoteInput } from '#lib/api/alerts.ts';
import { BigIdParams } from '#lib/api/id.ts';
import { noteOne } from '#lib/service/act-on-alert.ts';
import { endpoint } from '../../../../endpoint.ts';

export const POST = endpoint('responder', { params: BigIdParams, body: NoteInput }, async (input, { context, actor }) =>
  noteOne(context, actor, input.params.id, input.body),
);
