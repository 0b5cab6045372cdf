import type { FleetState } from '#lib/db/fleet-state.ts';
import { type MeasuredRun, measureBatches } from '#lib/db/measure-batches.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import { type BatchRow, saveMeasured } from '#lib/db/run-batches.ts';
import { type BatchFigures, figuresOf } from '#lib/runs/batch-figures.ts';
import type { BatchMeasurement } from '#lib/runs/batch-measurement.ts';
import { type BatchTimes, isSettled, windowsOf } from '#lib/runs/batch-window.ts';
import { withCell } from '#lib/runs/cell-figures.ts';

export type FigureBatch = { readonly row: BatchRow; readonly figures: BatchFigures };

/**
 * The numbers of a run's batches, by number: those that are kept, the others measured now. What is settled by now is kept
 * from here on. `isFinal`: nothing of them can change any more.
 */
export async function loadFigures(
  context: MeasureContext,
  fleet: FleetState,
  run: MeasuredRun,
  rows: readonly BatchRow[],
): Promise<{ readonly batches: readonly FigureBatch[]; readonly isFinal: boolean }> {
  const { nowMs } = fleet;
  const timed = rows.filter((row) => row.timed);
  const kept = new Map(timed.flatMap((row) => (row.measured === null ? [] : [[row.number, row.measured] as const])));
  const windows = windowsOf(timed.map(timesOf)).filter((window) => !kept.has(window.number));
  const fresh = await measureBatches(context, fleet, run, windows);
  const settled = windows.flatMap((window) => {
    const measured = fresh.get(window.number);
    if (measured === undefined || window.endMs === null || !isSettled(window, nowMs)) return [];
    return [{ number: window.number, endedAtMs: window.endMs, measured }];
  });
  await saveMeasured(context.pool, run.id, settled, nowMs);
  const batches = rows.flatMap((row): FigureBatch[] => {
    const measured = row.timed ? (kept.get(row.number) ?? fresh.get(row.number)) : UNTIMED;
    return measured === undefined
      ? []
      : [{ row, figures: withCell(figuresOf(timesOf(row), row.reported, measured, nowMs), row, measured.load) }];
  });
  return { batches, isFinal: kept.size + settled.length === timed.length };
}

/** Of a cell that nobody knows the time of nothing can be measured. */
const UNTIMED: BatchMeasurement = {
  completed: null,
  failed: null,
  errors: {},
  promptTokens: null,
  completionTokens: null,
  cachedTokens: null,
  hitRatio: null,
  preemptions: null,
  secondsPerRequest: null,
  crashes: null,
  oomErrors: null,
  reloadDelayMs: null,
  memory: [],
  load: null,
  restarts: [],
  missing: ['nothing of the server was measured beside it: its time is not known'],
};

function timesOf({ number, submittedAtMs, startedAtMs, endedAtMs }: BatchRow): BatchTimes {
  return { number, submittedMs: submittedAtMs, startMs: startedAtMs, endMs: endedAtMs };
}
