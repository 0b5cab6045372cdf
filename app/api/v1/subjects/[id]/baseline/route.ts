import { IdParams } from '#lib/api/id.ts';
import { getSubjectBaseline } from '#lib/service/subject-baseline.ts';
import { endpoint } from '../../../../endpoint.ts';

export const GET = endpoint('viewer', { params: IdParams }, async ({ params }, { context }) =>
  getSubjectBaseline(context, params.id),
);
