import { IdParams } from '#lib/api/id.ts';
import { getAlertView } from '#lib/service/alert-detail.ts';
import { endpoint } from '../../../endpoint.ts';

export const GET = endpoint('viewer', { params: IdParams }, async ({ params }, { context }) =>
  getAlertView(context, params.id),
);
