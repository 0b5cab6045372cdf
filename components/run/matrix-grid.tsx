import type { CSSProperties } from 'react';
import { CellStateMark } from '#components/run/cell-state.tsx';
import { cx } from '#components/ui/class-names.ts';
import type { BatchView, RunDetail } from '#lib/api/runs.ts';
import { CELL_STATE_WORDS, heatOf, measureText, slotLabel } from '#lib/client/matrix-words.ts';
import { criterionAt, type MatrixMeasure, stateAt } from '#lib/runs/matrix/matrix-measures.ts';
import type { MatrixShape, MatrixSlot } from '#lib/runs/matrix/matrix-shape.ts';

type Picked = { readonly picked: number | null; readonly onPick: (batch: number) => void };
type GridProps = Picked & { run: RunDetail; shape: MatrixShape<BatchView>; measure: MatrixMeasure };

const HEAD = 'px-2 py-1.5 text-xs font-medium text-muted';
const CORNER = 'sticky left-0 z-10 w-44 bg-surface pl-3 text-left';
const ROW_HEAD =
  'sticky left-0 z-10 bg-surface px-3 py-1 text-left text-sm font-medium [overflow-wrap:anywhere] max-sm:static max-sm:w-full';
/** On a phone each row is a heading with its cells below, as many side by side as fit. */
const TABLE = 'w-full border-separate border-spacing-1 max-sm:block max-sm:pl-2 sm:min-w-(--least) sm:table-fixed';
/** Columns are alike in width; more of them than fit scroll. */
const leastWidth = (columns: number) => ({ '--least': `${11 + columns * 7}rem` }) as CSSProperties;
const ROW = 'max-sm:mb-2 max-sm:flex max-sm:flex-wrap max-sm:gap-1';
const CELL = 'min-w-24 p-0 align-top max-sm:flex max-sm:flex-1 max-sm:basis-28';
const COLUMN = 'text-xs text-muted sm:hidden';

/** Two parameters against each other, one number at a time: state and number in each cell, the number as depth of colour. */
export function MatrixGrid({ run, shape, measure, picked, onPick }: GridProps) {
  const numberOf = ({ cell }: MatrixSlot<BatchView>) => (cell === null ? null : measure.of(cell, run.batches));
  const all = shape.slots.flat().map(numberOf);
  return (
    <table className={TABLE} style={leastWidth(shape.columns.length)}>
      <caption className="sr-only">
        {measure.title} by {shape.rowTitle.toLowerCase()} and {shape.columnTitle.toLowerCase()}
      </caption>
      <thead className="max-sm:sr-only">
        <tr>
          <th scope="col" className={cx(HEAD, CORNER)}>
            {shape.rowTitle}
          </th>
          {shape.columns.map((column) => (
            <th key={column} scope="col" className={cx(HEAD, 'text-left whitespace-nowrap')}>
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="max-sm:block">
        {shape.slots.map((slots, i) => (
          <tr key={shape.rows[i]} className={ROW}>
            <th scope="row" className={ROW_HEAD}>
              {shape.rows[i]}
            </th>
            {slots.map((slot, column) => (
              <td key={slot.label} className={CELL}>
                <Slot
                  run={run}
                  slot={slot}
                  column={shape.columns[column] ?? ''}
                  measure={measure}
                  heat={heatOf(numberOf(slot), all)}
                  picked={picked}
                  onPick={onPick}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type SlotProps = Picked & {
  run: RunDetail;
  slot: MatrixSlot<BatchView>;
  column: string;
  measure: MatrixMeasure;
  heat: number | null;
};

/** A cell: the state is that of the number where a criterion judges it, else that of the cell as a whole. */
function Slot({ run, slot, column, measure, heat, picked, onPick }: SlotProps) {
  const { cell, label } = slot;
  const state = stateAt(run.criteria, slot, measure.check);
  const limit = measure.check === null ? null : (criterionAt(run.criteria, label, measure.check)?.limit ?? null);
  if (cell === null) {
    return (
      <div className="flex h-full min-h-16 w-full flex-col justify-center rounded-md border border-dashed border-line px-2 py-1">
        <span className={COLUMN}>{column}</span>
        <CellStateMark state={state} />
        {limit !== null && <span className="text-xs text-muted">{limit}</span>}
      </div>
    );
  }
  const text = measureText(measure, measure.of(cell, run.batches));
  return (
    <button
      type="button"
      aria-pressed={picked === cell.number}
      aria-label={slotLabel(slot, [
        `${measure.title} ${text}`,
        CELL_STATE_WORDS[state],
        ...(limit === null ? [] : [`passes ${limit}`]),
      ])}
      onClick={() => onPick(cell.number)}
      style={
        heat === null
          ? undefined
          : { backgroundColor: `color-mix(in srgb, var(--accent) ${Math.round(4 + heat * 22)}%, var(--surface))` }
      }
      className="flex h-full min-h-16 w-full flex-col items-start justify-center rounded-md border border-line px-2 py-1 text-left hover:border-control aria-pressed:border-accent aria-pressed:ring-1 aria-pressed:ring-accent"
    >
      <span className={COLUMN}>{column}</span>
      <CellStateMark state={state} />
      <span className="font-semibold whitespace-nowrap tabular-nums">{text}</span>
      {limit !== null && <span className="text-xs">{limit}</span>}
    </button>
  );
}

type ListProps = Picked & { run: RunDetail; shape: MatrixShape<BatchView>; measures: readonly MatrixMeasure[] };

/** Scenarios with all their numbers side by side. */
export function MatrixList({ run, shape, measures, picked, onPick }: ListProps) {
  return (
    <table className={TABLE} style={leastWidth(measures.length)}>
      <caption className="sr-only">{shape.rowTitle} by number</caption>
      <thead className="max-sm:sr-only">
        <tr>
          <th scope="col" className={cx(HEAD, CORNER)}>
            {shape.rowTitle}
          </th>
          {measures.map(({ id, title }) => (
            <th key={id} scope="col" className={cx(HEAD, 'text-left whitespace-nowrap')}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="max-sm:block">
        {shape.slots.map(([slot], i) => (
          <tr key={shape.rows[i]} className={ROW}>
            <th scope="row" className={ROW_HEAD}>
              {slot === undefined || slot.cell === null ? (
                shape.rows[i]
              ) : (
                <RowButton slot={slot} picked={picked} onPick={onPick} />
              )}
            </th>
            {slot !== undefined &&
              measures.map((measure) => (
                <td key={measure.id} className={CELL}>
                  <ListSlot run={run} slot={slot} measure={measure} column={shape.slots.flat()} />
                </td>
              ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RowButton({ slot, picked, onPick }: Picked & { slot: MatrixSlot<BatchView> }) {
  const number = slot.cell?.number ?? null;
  return (
    <button
      type="button"
      aria-pressed={picked === number}
      onClick={() => number !== null && onPick(number)}
      className="min-h-6 text-left underline [overflow-wrap:anywhere] aria-pressed:text-accent"
    >
      {slot.label}
    </button>
  );
}

function ListSlot({
  run,
  slot,
  measure,
  column,
}: {
  run: RunDetail;
  slot: MatrixSlot<BatchView>;
  measure: MatrixMeasure;
  column: readonly MatrixSlot<BatchView>[];
}) {
  const numberOf = ({ cell }: MatrixSlot<BatchView>) => (cell === null ? null : measure.of(cell, run.batches));
  const value = numberOf(slot);
  const heat = heatOf(value, column.map(numberOf));
  const limit = measure.check === null ? null : (criterionAt(run.criteria, slot.label, measure.check)?.limit ?? null);
  return (
    <div
      style={
        heat === null
          ? undefined
          : { backgroundColor: `color-mix(in srgb, var(--accent) ${Math.round(4 + heat * 22)}%, var(--surface))` }
      }
      className={cx(
        'flex h-full min-h-14 w-full flex-col justify-center rounded-md border px-2 py-1',
        slot.cell === null ? 'border-dashed border-line' : 'border-line',
      )}
    >
      <span className={COLUMN}>{measure.title}</span>
      {(measure.check !== null || slot.cell === null) && (
        <CellStateMark state={stateAt(run.criteria, slot, measure.check)} />
      )}
      {slot.cell !== null && (
        <span className="font-semibold whitespace-nowrap tabular-nums">{measureText(measure, value)}</span>
      )}
      {limit !== null && <span className={cx('text-xs', slot.cell === null && 'text-muted')}>{limit}</span>}
    </div>
  );
}
