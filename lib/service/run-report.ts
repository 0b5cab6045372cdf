import { reportCsv } from '#lib/runs/report-csv.ts';
import { reportMarkdown } from '#lib/runs/report-markdown.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { getRunView } from '#lib/service/runs.ts';

export type ReportFormat = 'json' | 'md' | 'csv';

const CONTENT_TYPES = {
  json: 'application/json',
  md: 'text/markdown; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
} as const satisfies Record<ReportFormat, string>;

/** `GET /runs/{id}/report`: the run as JSON (as `GET /runs/{id}`), as text in the shape of report 003, or a row per batch and GPU. */
export async function runReport(
  context: ServiceContext,
  id: number,
  format: ReportFormat,
): Promise<{ readonly text: string; readonly contentType: string; readonly fileName: string }> {
  const run = await getRunView(context, id);
  const write = { json: () => JSON.stringify(run), md: () => reportMarkdown(run), csv: () => reportCsv(run) };
  return { text: write[format](), contentType: CONTENT_TYPES[format], fileName: `headroom-run-${id}.${format}` };
}
