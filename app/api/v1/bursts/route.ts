import { BurstsQuery } from '#lib/api/bursts.ts';
import { listBurstViews } from '#lib/service/bursts.ts';
import { endpoint } from '../../endpoint.ts';

export const GET = endpoint('viewer', { query: BurstsQuery }, async ({ query }, { context }) =>
  listBurstViews(context, query),
);
