import { AlertsQuery } from '#lib/api/alerts.ts';
import { listAlertViews } from '#lib/service/alerts.ts';
import { endpoint } from '../../endpoint.ts';

export const GET = endpoint('viewer', { query: AlertsQuery }, async ({ query }, { context }) =>
  listAlertViews(context, query),
);
