import { z } from 'zod';
import { healthOf } from '#lib/service/health.ts';
import { endpoint } from '../../endpoint.ts';

/** Load balancers and uptime checks ask here, some with a parameter against caches. */
const ANY_QUERY = z.looseObject({});

export const GET = endpoint('viewer', { query: ANY_QUERY }, async (_input, { context }) => {
  const health = await healthOf(context);
  return Response.json(health, {
    status: health.status === 'ok' ? 200 : 503,
    headers: { 'Cache-Control': 'no-store' },
  });
});
