import { KvBody } from '#lib/api/plan.ts';
import { planKvCache } from '#lib/service/plan.ts';
import { endpoint } from '../../../endpoint.ts';

export const POST = endpoint('viewer', { body: KvBody }, async ({ body }, { context }) => planKvCache(context, body));
