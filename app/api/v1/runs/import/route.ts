import { MOST_FILE_BYTES, RunImportQuery } from '#lib/api/run-import.ts';
import { importResults } from '#lib/service/import-results.ts';
import { readText } from '#lib/service/read-body.ts';
import { endpoint } from '../../../endpoint.ts';

export const POST = endpoint('responder', { query: RunImportQuery }, async ({ query }, { context, actor, request }) => {
  const text = await readText(request.body, MOST_FILE_BYTES);
  return Response.json(await importResults(context, actor, text, query), { status: query.dryRun ? 200 : 201 });
});
