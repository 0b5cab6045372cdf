'use client';

import { useMemo } from 'react';
import { FitTable } from '#components/plan/fit-table.tsx';
import { FigureDetails } from '#components/plan/plan-figures.tsx';
import { PlanVerdictMark } from '#components/plan/plan-verdict.tsx';
import { Card } from '#components/ui/card.tsx';
import { Chip } from '#components/ui/chips.tsx';
import type { PlanForm } from '#lib/client/plan-form.ts';
import { useUrlParam } from '#lib/client/url-state.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { quantity } from '#lib/plan/figure.ts';
import { countFits, FIT_GPUS, FIT_MODELS, type FitCell, REPORT_FIT_COUNTS } from '#lib/plan/fit-cell.ts';
import { FIT_SHAPES, reportFitMatrix, workloadFitMatrix } from '#lib/plan/fit-matrix.ts';
import { findModel } from '#lib/plan/models.ts';
import { KV_DTYPES, STORAGE } from '#lib/plan/quantisation.ts';

const cellKey = ({ model, gpu, quantisation }: FitCell) => `${model}.${gpu}.${quantisation}`;

/** Report 001's sixty combinations as heat tables; a cell that is pressed shows every number behind it. */
export function FitMatrixCard({ form }: { form: PlanForm }) {
  const [by, setBy] = useUrlParam('fit');
  const [chosen, setChosen] = useUrlParam('cell');
  const byForm = by === 'form';
  const cells = useMemo(() => (byForm ? workloadCells(form) : reportFitMatrix()), [byForm, form]);
  const counts = countFits(cells);
  const cell = cells.find((each) => cellKey(each) === chosen);
  return (
    <Card
      title="Model, card and quantisation"
      actions={
        <>
          <Chip pressed={!byForm} onClick={() => setBy(null)}>
            Report 001
          </Chip>
          <Chip pressed={byForm} onClick={() => setBy('form')}>
            This batch
          </Chip>
        </>
      }
    >
      <p className="px-3 pb-2">
        {counts.fits} of {counts.total} fit, {counts.aboveCap} of them above the 80 % cap; {counts.doesNotFit} do not.
        {!byForm && ` The report counts ${REPORT_FIT_COUNTS.fits} and ${REPORT_FIT_COUNTS.doesNotFit}.`}
      </p>
      <div className="grid gap-3 px-3 lg:grid-cols-3">
        {FIT_MODELS.map((model) => (
          <FitTable
            key={model}
            title={byForm ? (findModel(FIT_SHAPES[model])?.name ?? model) : model}
            cells={cells.filter((each) => each.model === model)}
            chosen={chosen}
            cellKey={cellKey}
            onChoose={(key) => setChosen(key === chosen ? null : key, 'replace')}
          />
        ))}
      </div>
      {cell !== undefined && <CellDetails cell={cell} />}
      <p className="px-3 py-2 text-xs text-muted">
        {byForm
          ? 'Weights, activations and the KV cache of the batch above, one GPU. The report names no 13B model: Llama-2-13B stands for it.'
          : 'The report prints three rows (marked ●) and the totals. The other 57 follow from those rows: what its row has beside weights is held over all cards and quantisations. That gives two fewer than its total, so it must have counted some of them otherwise; which, it does not say. It names no memory sizes; an A100 is 40 GB as in report 000.'}
      </p>
    </Card>
  );
}

function workloadCells(form: PlanForm): readonly FitCell[] {
  const typed = (text: string) => {
    const value = Number(text);
    return quantity(value > 0 && Number.isFinite(value) ? value : null, 'entered', 'the form');
  };
  return workloadFitMatrix({
    batch: typed(form.batch),
    sequenceTokens: typed(form.seq),
    concurrency: typed(form.at),
    kvDtype: KV_DTYPES.find((dtype) => dtype === form.kv) ?? 'fp16',
    step: { stepTokens: typed(form.step), sequences: typed(form.seqs), measured: null },
  });
}

function CellDetails({ cell }: { cell: FitCell }) {
  const gpu = FIT_GPUS.find(({ id }) => id === cell.gpu)?.name ?? cell.gpu;
  return (
    <section aria-label="The chosen combination" className="mx-3 mt-3 rounded-md bg-sunken px-3 pt-2">
      <p className="flex flex-wrap items-center gap-x-3 font-medium">
        {cell.model} on {gpu}, {STORAGE[cell.quantisation].title}
        <PlanVerdictMark verdict={cell.verdict} />
      </p>
      {cell.printed !== null && (
        <p className="text-xs">
          Report 001 prints {formatValue(cell.printed.share, 'ratio')}, {cell.printed.status}.
          {cell.note !== '' && ` ${cell.note}`}
        </p>
      )}
      {cell.figures.map((figure) => (
        <div key={figure.id} className="mt-1.5">
          <p className="text-xs font-medium">{figure.title}</p>
          <FigureDetails figure={figure} />
        </div>
      ))}
    </section>
  );
}
