import { Shape, type ShapeName } from '#components/status/shape.tsx';
import { CELL_STATE_WORDS } from '#lib/client/matrix-words.ts';
import type { CellState } from '#lib/runs/matrix/matrix-measures.ts';

const SHAPES: Readonly<Record<CellState, ShapeName>> = {
  pass: 'ok',
  fail: 'danger',
  'not measured': 'unknown',
  'no limit': 'info',
  'not run': 'no-data',
};

/** Shape and word of one cell of a matrix. */
export function CellStateMark({ state }: { state: CellState }) {
  return (
    <span className="inline-flex items-center gap-1 text-xs whitespace-nowrap">
      <Shape name={SHAPES[state]} size={10} />
      <span className={state === 'fail' ? 'font-semibold' : undefined}>{CELL_STATE_WORDS[state]}</span>
    </span>
  );
}
