import type { RunDetail, RunList, RunSummary, RunsQuery } from '#lib/api/runs.ts';
import { loadForecasts } from '#lib/db/batch-watches.ts';
import { countBatches } from '#lib/db/run-batches.ts';
import { findRun, listRuns, type RunCursor, type RunRow } from '#lib/db/runs.ts';
import { loadSubjectRefs } from '#lib/db/subject-refs.ts';
import { withForecasts } from '#lib/service/batch-forecasts.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';
import { judgeStoredRun } from '#lib/service/judged-run.ts';
import { toRunDetail, toRunSummary } from '#lib/service/run-views.ts';
import { sharedFleet } from '#lib/service/shared-fleet.ts';

/** `GET /runs`: those that began last first. A run whose verdict is kept is not measured again. */
export async function listRunViews(context: ServiceContext, query: RunsQuery): Promise<RunList> {
  const { cursor, limit, ...pick } = query;
  const after = cursor === undefined ? null : parseCursor(cursor);
  const found = await listRuns(context.pool, pick, { after, limit: limit + 1 });
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : undefined;
  return {
    items: await summariesOf(context, rows),
    nextCursor: last === undefined ? null : `${last.startedAtMs}.${last.id}`,
  };
}

async function summariesOf(context: ServiceContext, rows: readonly RunRow[]): Promise<RunSummary[]> {
  const [refs, counts] = await Promise.all([
    loadSubjectRefs(context.pool, [...new Set(rows.flatMap((row) => row.engineIds))]),
    countBatches(
      context.pool,
      rows.map((row) => row.id),
    ),
  ]);
  const summaries: RunSummary[] = [];
  for (const run of rows) {
    const engines = run.engineIds.flatMap((id) => refs.get(id) ?? []);
    const verdict = run.verdict ?? (await verdictNow(context, run));
    summaries.push(toRunSummary(run, verdict, engines, counts.get(run.id) ?? 0));
  }
  return summaries;
}

async function verdictNow(context: ServiceContext, run: RunRow) {
  const { judgement, headline } = await judgeStoredRun(context, await sharedFleet(context), run);
  return { outcome: judgement.outcome, headline };
}

function parseCursor(text: string): RunCursor {
  const found = /^(\d{1,15})\.(\d{1,9})$/.exec(text);
  if (found === null)
    throw new AppError('invalid', 'cursor is not one that this list gave', [
      { path: 'cursor', message: 'expected the nextCursor of an earlier answer' },
    ]);
  return { startedAtMs: Number(found[1]), id: Number(found[2]) };
}

/** `GET /runs/{id}`: batches, memory of each GPU with its leak verdict, criteria. */
export async function getRunView(context: ServiceContext, id: number): Promise<RunDetail> {
  const run = await findRun(context.pool, id);
  if (run === null) throw new AppError('not-found', `no run ${id}`);
  const fleet = await sharedFleet(context);
  const detail = toRunDetail(await judgeStoredRun(context, fleet, run));
  return withForecasts(detail, (await loadForecasts(context.pool, [id])).get(id) ?? [], fleet.nowMs);
}
