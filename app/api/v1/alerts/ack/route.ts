import { BulkAckInput } from '#lib/api/alerts.ts';
import { ackBulk } from '#lib/service/ack-alerts.ts';
import { endpoint } from '../../../endpoint.ts';

export const POST = endpoint('responder', { body: BulkAckInput }, async ({ body }, { context, actor }) =>
  ackBulk(context, actor, body),
);
