import { errorText, type Log } from '#lib/collector/log.ts';
import { loadFleet } from '#lib/db/fleet-state.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import { loadBatches, runsToMeasure } from '#lib/db/run-batches.ts';
import { loadFigures } from '#lib/db/run-figures.ts';
import { findRun } from '#lib/db/runs.ts';
import { loadSubjectRefs } from '#lib/db/subject-refs.ts';

/** Late samples of a batch are stored by then. */
const LATE_MS = 60_000;
const RUNS_AT_ONCE = 20;

/**
 * Measures batches that have ended while their raw samples are kept, whether or not somebody looks at the run. Two
 * collectors that do it at once do the same, and the first keeps it.
 */
export async function keepMeasurements(context: MeasureContext, log: Log, nowMs: number): Promise<void> {
  const { pool } = context;
  const due = await runsToMeasure(pool, nowMs - LATE_MS, RUNS_AT_ONCE);
  if (due.length === 0) return;
  const fleet = await loadFleet({ pool, clock: () => nowMs });
  for (const id of due) {
    try {
      const run = await findRun(pool, id);
      if (run === null) continue;
      const engines = await loadSubjectRefs(pool, run.engineIds);
      await loadFigures(
        context,
        fleet,
        { id, kind: run.kind, engines: [...engines.values()] },
        await loadBatches(pool, [id]),
      );
    } catch (error) {
      log.warn(`run ${id} is not measured: ${errorText(error)}`);
    }
  }
}
