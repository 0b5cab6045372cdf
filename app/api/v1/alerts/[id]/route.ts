import { BigIdParams } from '#lib/api/id.ts';
import { getAlertView } from '#lib/service/alert-detail.ts';
import { endpoint } from '../../../endpoint.ts';

export const GET = endpoint('viewer', { params: BigIdParams }, async ({ params }, { context }) =>
  getAlertView(context, params.id),
);
