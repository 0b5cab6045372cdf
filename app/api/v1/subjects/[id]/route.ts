import { IdParams } from '#lib/api/id.ts';
import { getSubjectView } from '#lib/service/subjects.ts';
import { endpoint } from '../../../endpoint.ts';

export const GET = endpoint('viewer', { params: IdParams }, async ({ params }, { context }) =>
  getSubjectView(context, params.id),
);
