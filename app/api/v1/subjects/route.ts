import { SubjectsQuery } from '#lib/api/subjects.ts';
import { listSubjectViews } from '#lib/service/subjects.ts';
import { endpoint } from '../../endpoint.ts';

export const GET = endpoint('viewer', { query: SubjectsQuery }, async ({ query }, { context }) =>
  listSubjectViews(context, query),
);
