import { DeliveryIdParams } from '#lib/api/channels.ts';
import { retryDelivery } from '#lib/service/deliveries.ts';
import { endpoint } from '../../../../endpoint.ts';

export const POST = endpoint('responder', { params: DeliveryIdParams }, async ({ params }, { context, actor }) =>
  retryDelivery(context, actor, params.id),
);
