import type { ReactNode } from 'react';
import { LeakStatus } from '#components/leak/leak-status.tsx';
import { CriterionState, RunOutcome } from '#components/run/run-status.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { RunDetail } from '#lib/api/runs.ts';
import { criterionOf, worstGpu } from '#lib/client/compare-runs.ts';
import { durationText, judgedValueText, memoryText, signedText } from '#lib/client/run-words.ts';
import { slopeText } from '#lib/detect/leak-text.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { CHECKS, type Check } from '#lib/runs/judgement.ts';

type Row = { readonly title: string; readonly cell: (run: RunDetail) => ReactNode };

/** A row a question, a column a run. */
function SideBySide({ title, runs, rows }: { title: string; runs: readonly RunDetail[]; rows: readonly Row[] }) {
  const columns: readonly Column<Row>[] = [
    { id: 'what', title: 'What', heading: true, cell: (row) => <span className="font-medium">{row.title}</span> },
    ...runs.map((run): Column<Row> => ({ id: String(run.id), title: run.name, cell: (row) => row.cell(run) })),
  ];
  return (
    <Card title={title}>
      <Table caption={title} columns={columns} rows={rows} rowKey={(row) => row.title} />
    </Card>
  );
}

/** The criteria of the runs side by side; of several GPUs the worst. */
export function CompareCriteria({ runs }: { runs: readonly RunDetail[] }) {
  const rows = CHECKS.map((check): Row => ({ title: check, cell: (run) => <Criterion run={run} check={check} /> }));
  return <SideBySide title="Criteria side by side" runs={runs} rows={rows} />;
}

function Criterion({ run, check }: { run: RunDetail; check: Check }) {
  const criterion = criterionOf(run, check);
  if (criterion === null) return <span className="text-muted">not judged</span>;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <CriterionState state={criterion.state} />
      {criterion.value !== null && judgedValueText(criterion)}
      <span className="text-xs text-muted [overflow-wrap:anywhere]">{criterion.reason}</span>
    </span>
  );
}

const rate = (value: number | null) => formatValue(value, 'requests_per_second');

const TOTALS: readonly Row[] = [
  { title: 'Outcome', cell: (run) => <RunOutcome run={run} /> },
  { title: 'Batches', cell: (run) => run.batches.length },
  { title: 'Requests', cell: ({ totals }) => formatValue(totals.requests, 'requests') },
  { title: 'Failed', cell: ({ totals }) => formatValue(totals.failed, 'requests') },
  { title: 'Success', cell: ({ totals }) => formatValue(totals.successRatio, 'ratio') },
  { title: 'Time in batches', cell: ({ totals }) => durationText(totals.durationMs) },
  { title: 'Mean rate', cell: ({ totals }) => rate(totals.rps.mean) },
  { title: 'Lowest, highest rate', cell: ({ totals: { rps } }) => `${rate(rps.min)}, ${rate(rps.max)}` },
  { title: 'Variance', cell: ({ totals }) => formatValue(totals.rps.variance, 'ratio') },
  { title: 'Leak verdict', cell: (run) => <WorstVerdict run={run} /> },
  { title: 'Growth per batch', cell: (run) => slopeText(worstGpu(run)?.leak.slopeMibPerBatch ?? null, 'batch') },
  {
    title: 'VRAM start → end',
    cell: (run) => {
      const gpu = worstGpu(run);
      const delta = signedText(gpu?.deltaBytes ?? null, 'bytes');
      return `${memoryText(gpu?.startBytes ?? null)} → ${memoryText(gpu?.endBytes ?? null)} (${delta})`;
    },
  },
  { title: 'VRAM peak', cell: (run) => memoryText(worstGpu(run)?.peakBytes ?? null) },
];

function WorstVerdict({ run }: { run: RunDetail }) {
  const gpu = worstGpu(run);
  if (gpu === null) return <span className="text-muted">no GPU measured</span>;
  return (
    <>
      <LeakStatus verdict={gpu.leak.verdict} />
      {run.gpus.length > 1 && (
        <span className="block text-xs text-muted [overflow-wrap:anywhere]">
          {gpu.gpu.name}, the worst of {run.gpus.length}
        </span>
      )}
    </>
  );
}

/** The numbers over all batches side by side; memory is that of the GPU with the worst verdict. */
export function CompareTotals({ runs }: { runs: readonly RunDetail[] }) {
  return <SideBySide title="Totals side by side" runs={runs} rows={TOTALS} />;
}
