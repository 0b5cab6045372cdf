import { IdParams } from '#lib/api/id.ts';
import { RunReportQuery } from '#lib/api/runs.ts';
import { runReport } from '#lib/service/run-report.ts';
import { endpoint } from '../../../../endpoint.ts';

export const GET = endpoint(
  'viewer',
  { params: IdParams, query: RunReportQuery },
  async ({ params, query }, { context }) => {
    const { text, contentType, fileName } = await runReport(context, params.id, query.format);
    return new Response(text, {
      headers: {
        'Content-Type': contentType,
        'Content-Disposition': `attachment; filename="${fileName}"`,
        'Cache-Control': 'no-store',
      },
    });
  },
);
