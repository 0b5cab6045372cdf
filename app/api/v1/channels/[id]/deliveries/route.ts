import { DeliveriesQuery } from '#lib/api/channels.ts';
import { IdParams } from '#lib/api/id.ts';
import { listDeliveries } from '#lib/service/deliveries.ts';
import { endpoint } from '../../../../endpoint.ts';

export const GET = endpoint(
  'viewer',
  { params: IdParams, query: DeliveriesQuery },
  async ({ params, query }, { context }) => listDeliveries(context, params.id, query),
);
