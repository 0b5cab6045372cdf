import type { FleetState } from '#lib/db/fleet-state.ts';
import { measureBatches, type RunEngine } from '#lib/db/measure-batches.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import { type BatchRow, saveMeasured } from '#lib/db/run-batches.ts';
import { type BatchFigures, figuresOf } from '#lib/runs/batch-figures.ts';
import { type BatchTimes, isSettled, windowsOf } from '#lib/runs/batch-window.ts';

export type FigureBatch = { readonly row: BatchRow; readonly figures: BatchFigures };

/**
 * The numbers of a run's batches, by number: those that are kept, the others measured now. What is settled by now is kept
 * from here on. `isFinal`: nothing of them can change any more.
 */
export async function loadFigures(
  context: MeasureContext,
  fleet: FleetState,
  run: { readonly id: number; readonly engines: readonly RunEngine[] },
  rows: readonly BatchRow[],
): Promise<{ readonly batches: readonly FigureBatch[]; readonly isFinal: boolean }> {
  const { nowMs } = fleet;
  const kept = new Map(rows.flatMap((row) => (row.measured === null ? [] : [[row.number, row.measured] as const])));
  const windows = windowsOf(rows.map(timesOf)).filter((window) => !kept.has(window.number));
  const fresh = await measureBatches(context, fleet, run.engines, windows);
  const settled = windows.flatMap((window) => {
    const measured = fresh.get(window.number);
    if (measured === undefined || window.endMs === null || !isSettled(window, nowMs)) return [];
    return [{ number: window.number, endedAtMs: window.endMs, measured }];
  });
  await saveMeasured(context.pool, run.id, settled, nowMs);
  const batches = rows.flatMap((row): FigureBatch[] => {
    const measured = kept.get(row.number) ?? fresh.get(row.number);
    return measured === undefined ? [] : [{ row, figures: figuresOf(timesOf(row), row.reported, measured, nowMs) }];
  });
  return { batches, isFinal: kept.size + settled.length === rows.length };
}

function timesOf({ number, submittedAtMs, startedAtMs, endedAtMs }: BatchRow): BatchTimes {
  return { number, submittedMs: submittedAtMs, startMs: startedAtMs, endMs: endedAtMs };
}
