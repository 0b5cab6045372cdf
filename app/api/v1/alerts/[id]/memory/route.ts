import { BigIdParams } from '#lib/api/id.ts';
import { getAlertMemory } from '#lib/service/subject-memory.ts';
import { endpoint } from '../../../../endpoint.ts';

export const GET = endpoint('viewer', { params: BigIdParams }, async ({ params }, { context }) =>
  getAlertMemory(context, params.id),
);
