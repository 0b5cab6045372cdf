'use client';

import { MatrixCellCard } from '#components/run/matrix-cell-card.tsx';
import { MatrixGrid, MatrixList } from '#components/run/matrix-grid.tsx';
import { Card } from '#components/ui/card.tsx';
import { Chip } from '#components/ui/chips.tsx';
import { ScrollArea } from '#components/ui/scroll-area.tsx';
import type { RunDetail } from '#lib/api/runs.ts';
import { KIND_WORDS } from '#lib/client/run-words.ts';
import { useUrlParam } from '#lib/client/url-state.ts';
import { MATRIX_MEASURES } from '#lib/runs/matrix/matrix-measures.ts';
import { matrixShape } from '#lib/runs/matrix/matrix-shape.ts';
import type { MatrixKind } from '#lib/runs/run.ts';

/** The table of a test matrix, and the cell that is looked at; `?measure=` and `?cell=` hold both. */
export function MatrixCard({ run, kind }: { run: RunDetail; kind: MatrixKind }) {
  const [measureId, setMeasure] = useUrlParam('measure');
  const [cellText, setCell] = useUrlParam('cell');
  const shape = matrixShape(kind, run.batches);
  const measures = MATRIX_MEASURES[kind];
  const measure = measures.find(({ id }) => id === measureId) ?? measures[0];
  const picked = run.batches.find(({ number }) => String(number) === cellText) ?? null;
  const onPick = (number: number) => setCell(picked?.number === number ? null : String(number), 'replace');
  if (measure === undefined) return null;
  return (
    <>
      <Card title={KIND_WORDS[kind]}>
        {shape.form === 'grid' && (
          <fieldset className="flex flex-wrap gap-1.5 px-3 pb-2">
            <legend className="sr-only">Number in the cells</legend>
            {measures.map(({ id, title }) => (
              <Chip key={id} pressed={id === measure.id} onClick={() => setMeasure(id, 'replace')}>
                {title}
              </Chip>
            ))}
          </fieldset>
        )}
        <ScrollArea label="Matrix" className="pr-2 pb-2">
          {shape.form === 'grid' ? (
            <MatrixGrid run={run} shape={shape} measure={measure} picked={picked?.number ?? null} onPick={onPick} />
          ) : (
            <MatrixList run={run} shape={shape} measures={measures} picked={picked?.number ?? null} onPick={onPick} />
          )}
        </ScrollArea>
        <p className="px-3 pb-2 text-xs text-muted">
          {shape.form === 'grid'
            ? `The deeper the colour, the higher the number. ${measure.check === null ? 'The state is that of the cell as a whole.' : 'The state is that of this number.'} `
            : 'The deeper the colour, the higher the number among the scenarios. '}
          A cell opens with all its numbers.
        </p>
        {shape.leftOut.length > 0 && (
          <p className="px-3 pb-2 text-xs">
            Not in the table, for want of a parameter or because a newer one took its place:{' '}
            {shape.leftOut.map(({ number, name }, i) => (
              <span key={number}>
                {i > 0 && ', '}
                <button type="button" className="min-h-6 underline" onClick={() => onPick(number)}>
                  {number} · {name}
                </button>
              </span>
            ))}
          </p>
        )}
      </Card>
      {picked !== null && <MatrixCellCard run={run} batch={picked} onClose={() => setCell(null, 'replace')} />}
    </>
  );
}
