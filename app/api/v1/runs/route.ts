import { RunInput, RunsQuery } from '#lib/api/runs.ts';
import { createRun } from '#lib/service/edit-run.ts';
import { listRunViews } from '#lib/service/runs.ts';
import { endpoint } from '../../endpoint.ts';

export const GET = endpoint('viewer', { query: RunsQuery }, async ({ query }, { context }) =>
  listRunViews(context, query),
);

export const POST = endpoint('responder', { body: RunInput }, async ({ body }, { context, actor }) =>
  Response.json(await createRun(context, actor, body), { status: 201 }),
);
