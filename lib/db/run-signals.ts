import { loadForecasts } from '#lib/db/batch-watches.ts';
import type { FleetState } from '#lib/db/fleet-state.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import { loadBatches } from '#lib/db/run-batches.ts';
import { loadFigures } from '#lib/db/run-figures.ts';
import { loadSubjectRefs } from '#lib/db/subject-refs.ts';
import type { RunOrigin } from '#lib/runs/run.ts';
import { type RunFigures, runFiguresOf } from '#lib/runs/run-figures.ts';

/** A run says something about its engines for this long after it has finished. */
const FRESH_MS = 86_400_000;

type NewestRun = {
  readonly origin: RunOrigin;
  readonly engineId: number;
  readonly runId: number;
  readonly engineIds: readonly number[];
};

/**
 * By engine: what its newest multi-batch run says, if that runs or has finished less than a day ago. Runs that Headroom found in the
 * activity of an engine say nothing: nobody meant them to be alike, and a page about a guess would be a false one. Cells of a test matrix are meant to fail
 * at some load: a page about them would be one too.
 */
export async function loadRunSignals(
  context: MeasureContext,
  fleet: FleetState,
): Promise<ReadonlyMap<number, RunFigures>> {
  const { rows } = await context.pool.query<NewestRun>(
    `SELECT DISTINCT ON (e.id) e.id AS "engineId", r.id AS "runId", r.origin, r.engine_ids AS "engineIds"
     FROM run r CROSS JOIN LATERAL unnest(r.engine_ids) AS e(id)
     WHERE r.removed_at_ms IS NULL AND r.origin <> 'detected' AND r.kind = 'multi-batch' AND (r.finished_at_ms IS NULL OR r.finished_at_ms >= $1)
     ORDER BY e.id, r.started_at_ms DESC, r.id DESC`,
    [Math.floor(fleet.nowMs - FRESH_MS)],
  );
  const figures = new Map<number, RunFigures>();
  for (const ofRun of Map.groupBy(rows, (row) => row.runId).values()) {
    const [run] = ofRun;
    if (run === undefined) continue;
    const of = await figuresOfRun(context, fleet, run);
    for (const { engineId } of ofRun) figures.set(engineId, of);
  }
  return figures;
}

async function figuresOfRun(
  context: MeasureContext,
  fleet: FleetState,
  { runId: id, engineIds, origin }: NewestRun,
): Promise<RunFigures> {
  const [batches, engines, forecasts] = await Promise.all([
    loadBatches(context.pool, [id]),
    loadSubjectRefs(context.pool, engineIds),
    loadForecasts(context.pool, [id]),
  ]);
  const etas = (forecasts.get(id) ?? []).flatMap(({ number, forecast }) =>
    forecast.etaMs === null ? [] : [[number, forecast.etaMs] as const],
  );
  const known = await loadFigures(context, fleet, { id, kind: 'multi-batch', engines: [...engines.values()] }, batches);
  return runFiguresOf(
    known.batches.map((batch) => batch.figures),
    fleet.nowMs,
    { isTest: origin === 'api', etaMs: new Map(etas) },
  );
}
