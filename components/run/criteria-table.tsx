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
          {cell !== undefined && <span className="block text-xs text-muted [overflow-wrap:anywhere]">{cell}</span>}
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
  const rows = run.criteria.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const asked = rows.filter((criterion) => isAsked(criterion, run.expectation));
  const counts = ORDER.map((state) => ({ state, count: asked.filter((one) => one.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`);
  return (
    <Card title={`Criteria${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`}>
      {run.criteria.length === 0 ? (
        <p className="px-3 pb-3 text-muted">Nothing to judge yet.</p>
      ) : (
        <Table
          caption="Criteria"
          columns={columns}
          rows={rows}
          rowKey={({ check, gpuId, cell }) => `${check} ${gpuId ?? ''} ${cell ?? ''}`}
        />
      )}
    </Card>
  );
}
