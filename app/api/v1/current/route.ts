import { CurrentQuery } from '#lib/api/series.ts';
import { currentValues } from '#lib/service/current.ts';
import { endpoint } from '../../endpoint.ts';

export const GET = endpoint('viewer', { query: CurrentQuery }, async ({ query }, { context }) =>
  currentValues(context, query),
);
