import { VERDICT_SHAPES } from '#components/plan/plan-verdict.tsx';
import { Shape } from '#components/status/shape.tsx';
import { cx } from '#components/ui/class-names.ts';
import { VERDICT_WORDS } from '#lib/client/plan-words.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { FIT_GPUS, FIT_QUANTISATIONS, type FitCell } from '#lib/plan/fit-cell.ts';

const TONES: Readonly<Record<FitCell['verdict'], string>> = {
  fits: 'bg-ok-soft',
  'above cap': 'bg-warn-soft',
  'does not fit': 'bg-danger-soft',
  unknown: 'bg-nodata-soft hatched',
};

type FitTableProps = {
  readonly title: string;
  /** Twenty: five cards × four ways to store weights. */
  readonly cells: readonly FitCell[];
  readonly chosen: string;
  readonly cellKey: (cell: FitCell) => string;
  readonly onChoose: (key: string) => void;
};

/** One model as a heat table: cards across, quantisation down; a number, a shape and a colour in each cell. */
export function FitTable({ title, cells, chosen, cellKey, onChoose }: FitTableProps) {
  return (
    <table className="w-full table-fixed border-separate border-spacing-0.5 text-xs">
      <caption className="pb-1 text-left text-sm font-medium">{title}</caption>
      <thead>
        <tr>
          <th scope="col" className="w-10 text-left font-normal">
            <span className="sr-only">Weights in</span>
          </th>
          {FIT_GPUS.map(({ id, name }) => (
            <th key={id} scope="col" className="align-bottom font-normal break-words text-muted">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {FIT_QUANTISATIONS.map((quantisation) => (
          <tr key={quantisation}>
            <th scope="row" className="text-left font-normal text-muted">
              {quantisation.toUpperCase()}
            </th>
            {FIT_GPUS.map(({ id }) => {
              const cell = cells.find((each) => each.gpu === id && each.quantisation === quantisation);
              return (
                <td key={id} className="p-0">
                  {cell !== undefined && (
                    <CellButton
                      cell={cell}
                      isChosen={cellKey(cell) === chosen}
                      onClick={() => onChoose(cellKey(cell))}
                    />
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function CellButton({ cell, isChosen, onClick }: { cell: FitCell; isChosen: boolean; onClick: () => void }) {
  const share = formatValue(cell.share, 'ratio');
  const gpu = FIT_GPUS.find(({ id }) => id === cell.gpu)?.name ?? cell.gpu;
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      aria-label={`${cell.model} on ${gpu}, ${cell.quantisation.toUpperCase()}: ${VERDICT_WORDS[cell.verdict]}, ${share}${cell.printed === null ? '' : ', printed by the report'}`}
      onClick={onClick}
      className={cx(
        'flex h-9 w-full flex-col items-center justify-center rounded-sm border hover:border-control',
        TONES[cell.verdict],
        isChosen ? 'border-accent' : 'border-transparent',
      )}
    >
      <span className="flex items-center gap-1">
        <Shape name={VERDICT_SHAPES[cell.verdict]} size={9} />
        {cell.printed !== null && <span aria-hidden>●</span>}
      </span>
      <span className="leading-4">{share}</span>
    </button>
  );
}
