import type pg from 'pg';
import { loadForecasts } from '#lib/db/batch-watches.ts';
import type { FleetState } from '#lib/db/fleet-state.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import { loadBatches } from '#lib/db/run-batches.ts';
import { loadFigures } from '#lib/db/run-figures.ts';
import { loadSubjectRefs } from '#lib/db/subject-refs.ts';
import type { LeakJudgement } from '#lib/detect/leak-judgement.ts';
import type { RunOrigin } from '#lib/runs/run.ts';
import { type RunFigures, runFiguresOf } from '#lib/runs/run-figures.ts';
import { worstLeak } from '#lib/runs/worst-leak.ts';

/** A run says something about its engines for this long after it has finished. */
const FRESH_MS = 86_400_000;

type NewestRun = {
  readonly origin: RunOrigin;
  readonly engineId: number;
  readonly runId: number;
  readonly engineIds: readonly number[];
};

/** What the newest run of an engine says. */
export type EngineRun = {
  readonly figures: RunFigures;
  /** The leak verdict on the GPU that kept most memory; null where no memory is known. Judged when it is asked for: alerts seldom fire. */
  readonly leak: () => LeakJudgement | null;
};

/** Runs of which `loadRunSignals` tells; $1: up to when one must not have finished before. */
const SAYS_SOMETHING = `r.removed_at_ms IS NULL AND r.origin <> 'detected' AND r.kind = 'multi-batch'
  AND (r.finished_at_ms IS NULL OR r.finished_at_ms >= $1)`;

/**
 * By engine: what its newest multi-batch run says, if that runs or has finished less than a day ago. Runs that Headroom found in the
 * activity of an engine say nothing: nobody meant them to be alike, and a page about a guess would be a false one. Cells of a test matrix are meant to fail
 * at some load: a page about them would be one too.
 */
export async function loadRunSignals(
  context: MeasureContext,
  fleet: FleetState,
): Promise<ReadonlyMap<number, EngineRun>> {
  const { rows } = await context.pool.query<NewestRun>(
    `SELECT DISTINCT ON (e.id) e.id AS "engineId", r.id AS "runId", r.origin, r.engine_ids AS "engineIds"
     FROM run r CROSS JOIN LATERAL unnest(r.engine_ids) AS e(id)
     WHERE ${SAYS_SOMETHING}
     ORDER BY e.id, r.started_at_ms DESC, r.id DESC`,
    [Math.floor(fleet.nowMs - FRESH_MS)],
  );
  const runs = new Map<number, EngineRun>();
  for (const ofRun of Map.groupBy(rows, (row) => row.runId).values()) {
    const [run] = ofRun;
    if (run === undefined) continue;
    const said = await judgeNewest(context, fleet, run);
    for (const { engineId } of ofRun) runs.set(engineId, said);
  }
  return runs;
}

/** The run that said at `atMs` what a rule read of an engine's runs; null where it is not stored any more. */
export async function loadRunBehind(
  pool: pg.Pool,
  engineId: number,
  atMs: number,
): Promise<{ readonly id: number; readonly name: string } | null> {
  const { rows } = await pool.query<{ id: number; name: string }>(
    `SELECT r.id, r.name FROM run r WHERE ${SAYS_SOMETHING} AND r.started_at_ms <= $2 AND $3 = ANY(r.engine_ids)
     ORDER BY r.started_at_ms DESC, r.id DESC LIMIT 1`,
    [Math.floor(atMs - FRESH_MS), Math.ceil(atMs), engineId],
  );
  return rows[0] ?? null;
}

async function judgeNewest(
  context: MeasureContext,
  fleet: FleetState,
  { runId: id, engineIds, origin }: NewestRun,
): Promise<EngineRun> {
  const [batches, engines, forecasts] = await Promise.all([
    loadBatches(context.pool, [id]),
    loadSubjectRefs(context.pool, engineIds),
    loadForecasts(context.pool, [id]),
  ]);
  const etas = (forecasts.get(id) ?? []).flatMap(({ number, forecast }) =>
    forecast.etaMs === null ? [] : [[number, forecast.etaMs] as const],
  );
  const known = await loadFigures(context, fleet, { id, kind: 'multi-batch', engines: [...engines.values()] }, batches);
  const figures = known.batches.map((batch) => batch.figures);
  return {
    figures: runFiguresOf(figures, fleet.nowMs, { isTest: origin === 'api', etaMs: new Map(etas) }),
    leak: () => worstLeak(figures, fleet.nowMs),
  };
}
