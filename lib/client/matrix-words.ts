import type { BatchView } from '#lib/api/runs.ts';
import { displayUnit, formatValue } from '#lib/metrics/unit.ts';
import type { CellState, MatrixMeasure } from '#lib/runs/matrix/matrix-measures.ts';
import type { MatrixSlot } from '#lib/runs/matrix/matrix-shape.ts';
import { TOOL_WORDS } from '#lib/runs/results/result-cell.ts';

export const CELL_STATE_WORDS: Readonly<Record<CellState, string>> = {
  pass: 'pass',
  fail: 'fail',
  'not measured': 'not measured',
  'no limit': 'no limit',
  'not run': 'not run',
};

/** "1.9 s"; small amounts of time keep their milliseconds. */
export function measureText(measure: MatrixMeasure, value: number | null): string {
  return value === null ? '–' : formatValue(value, measure.unit, displayUnit(measure.unit, value));
}

/**
 * How much of the colour a value gets, 0..1: its place between the lowest and the highest of the table. null where it is not
 * known, or where there is nothing to compare with.
 */
export function heatOf(value: number | null, all: readonly (number | null)[]): number | null {
  const known = all.filter((each) => each !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return value === null || known.length < 2 || low === high ? null : (value - low) / (high - low);
}

/** Who a cell's numbers are from. */
export function cellSourceText({ cell }: Pick<BatchView, 'cell'>): string {
  if (cell === undefined || cell.tool === null) return 'measured on the engine';
  return cell.timed
    ? `from a file of ${TOOL_WORDS[cell.tool]}, the server measured beside it`
    : `from a file of ${TOOL_WORDS[cell.tool]} alone`;
}

/** What a screen reader hears of a cell. */
export function slotLabel(slot: MatrixSlot<BatchView>, parts: readonly string[]): string {
  return `${slot.label}: ${parts.join(', ')}`;
}
