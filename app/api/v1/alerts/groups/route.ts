import { AlertGroupsQuery } from '#lib/api/alert-groups.ts';
import { groupAlertViews } from '#lib/service/alert-groups.ts';
import { endpoint } from '../../../endpoint.ts';

export const GET = endpoint('viewer', { query: AlertGroupsQuery }, async ({ query }, { context }) =>
  groupAlertViews(context, query),
);
