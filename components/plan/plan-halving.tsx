import { PlanVerdictMark } from '#components/plan/plan-verdict.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { PreflightAnswer } from '#lib/api/plan.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { reportGb } from '#lib/plan/pre-flight.ts';

type Step = PreflightAnswer['halving'][number];

/** Report 000's recovery: half the batch until it fits, each try with what it needs. */
export function PlanHalving({ answer }: { answer: PreflightAnswer }) {
  if (answer.halving.length === 0) return null;
  const cardBytes = cardOf(answer);
  const columns: readonly Column<Step>[] = [
    { id: 'batch', title: 'Batch', heading: true, numeric: true, cell: ({ batch }) => batch },
    { id: 'need', title: 'Needs', numeric: true, cell: ({ needBytes }) => reportGb(needBytes) },
    {
      id: 'share',
      title: 'Of the card',
      numeric: true,
      cell: ({ needBytes }) => (cardBytes === null ? '–' : formatValue(needBytes / cardBytes, 'ratio')),
    },
    { id: 'verdict', title: 'Verdict', cell: ({ verdict }) => <PlanVerdictMark verdict={verdict} /> },
  ];
  const tries = answer.halving.length - 1;
  return (
    <Card title={tries === 0 ? 'Halving: not needed' : `Halving: ${tries} ${tries === 1 ? 'time' : 'times'}`}>
      <Table caption="Halving until it fits" columns={columns} rows={answer.halving} rowKey={({ batch }) => batch} />
      <p className="px-3 py-2 text-xs text-muted">
        Report 000, Recovery Logic: retry with half the batch. GB is 2³⁰ bytes there, as in the error.
        {answer.fittingBatch === null && ' Not even a batch of 1 stays under the cap.'}
      </p>
    </Card>
  );
}

function cardOf({ figures }: PreflightAnswer): number | null {
  const cap = figures.find(({ id }) => id === 'cap');
  return cap?.inputs.find(({ name }) => name === 'card memory')?.value ?? null;
}
