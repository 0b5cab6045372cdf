import { IdParams } from '#lib/api/id.ts';
import { getAlertMemory } from '#lib/service/subject-memory.ts';
import { endpoint } from '../../../../endpoint.ts';

export const GET = endpoint('viewer', { params: IdParams }, async ({ params }, { context }) =>
  getAlertMemory(context, params.id),
);
