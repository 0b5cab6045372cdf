import { StripsQuery } from '#lib/api/alert-strips.ts';
import { alertStrips } from '#lib/service/alert-strips.ts';
import { endpoint } from '../../../endpoint.ts';

export const GET = endpoint('viewer', { query: StripsQuery }, async ({ query }, { context }) =>
  alertStrips(context, query.ids),
);
