import { SeriesQuery } from '#lib/api/series.ts';
import { seriesOf } from '#lib/service/series.ts';
import { seriesCsv } from '#lib/service/series-csv.ts';
import { endpoint } from '../../endpoint.ts';

export const GET = endpoint('viewer', { query: SeriesQuery }, async ({ query }, { context }) => {
  const answer = await seriesOf(context, query);
  if (query.format === 'json') return answer;
  return new Response(seriesCsv(answer), {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': 'attachment; filename="headroom-series.csv"',
    },
  });
});
