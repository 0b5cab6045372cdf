'use client';

import { CriterionState } from '#components/run/run-status.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { JudgementView, RunDetail } from '#lib/api/runs.ts';
import { batchNumbersText, judgedValueText } from '#lib/client/run-words.ts';
import { isAsked } from '#lib/runs/judge-run.ts';

const ORDER = ['fail', 'not measured', 'pass'] as const;

/** The criteria of the reports: passed, failed or not measured, with the number that was judged. What failed comes first. */
export function CriteriaTable({ run }: { run: RunDetail }) {
  const gpuName = (id: number) => run.gpus.find(({ gpu }) => gpu.id === id)?.gpu.name ?? `GPU ${id}`;
  const columns: readonly Column<JudgementView>[] = [
    {
      id: 'check',
      title: 'Criterion',
      heading: true,
      cell: ({ check, gpuId, cell }) => (
        <>
          <span className="font-medium">{check}</span>
          {cell !== undefined && <span className="block pb-1 text-xs text-muted [overflow-wrap:anywhere]">{cell}</span>}
          {gpuId !== null && run.gpus.length > 1 && (
            <span className="block text-xs text-muted [overflow-wrap:anywhere]">{gpuName(gpuId)}</span>
          )}
        </>
      ),
    },
    { id: 'state', title: 'Result', cell: ({ state }) => <CriterionState state={state} /> },
    { id: 'value', title: 'Measured', numeric: true, cell: judgedValueText },
    { id: 'limit', title: 'Passes', cell: ({ limit }) => <span className="whitespace-nowrap">{limit}</span> },
    {
      id: 'reason',
      title: 'Why',
      cell: ({ reason, batches }) => (
        <span className="[overflow-wrap:anywhere]">
          {reason}
          {batches.length > 0 && <span className="text-muted">, {batchNumbersText(batches)}</span>}
        </span>
      ),
    },
  ];
  // Places of a matrix that nobody ran are in its table; here they are a line.
  const isUnrun = ({ cell, state, batches }: JudgementView) =>
    cell !== undefined && state === 'not measured' && batches.length === 0;
  const unrun = [...new Set(run.criteria.filter(isUnrun).map(({ cell }) => cell))];
  const rows = run.criteria.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const asked = rows.filter((criterion) => isAsked(criterion, run.expectation));
  const counts = ORDER.map((state) => ({ state, count: asked.filter((one) => one.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`);
  return (
    <Card title={`Criteria${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`}>
      {rows.every(isUnrun) ? (
        <p className="px-3 pb-3 text-muted">Nothing to judge yet.</p>
      ) : (
        <Table
          caption="Criteria"
          columns={columns}
          rows={rows.filter((row) => !isUnrun(row))}
          rowKey={({ check, gpuId, cell }) => `${check} ${gpuId ?? ''} ${cell ?? ''}`}
        />
      )}
      {unrun.length > 0 && (
        <p className="border-t border-line px-3 py-2 text-xs text-muted [overflow-wrap:anywhere]">
          Not run yet: {unrun.join(', ')}
        </p>
      )}
    </Card>
  );
}
