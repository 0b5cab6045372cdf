import { IdParams } from '#lib/api/id.ts';
import { getBurstView } from '#lib/service/bursts.ts';
import { endpoint } from '../../../endpoint.ts';

export const GET = endpoint('viewer', { params: IdParams }, async ({ params }, { context }) =>
  getBurstView(context, params.id),
);
