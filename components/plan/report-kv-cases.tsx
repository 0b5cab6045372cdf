import { PlanVerdictMark } from '#components/plan/plan-verdict.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import { REPORT_KV_CASES, type ReportKvCase } from '#lib/metrics/report-scenarios.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { planKvStress } from '#lib/plan/report-kv-stress.ts';

const COLUMNS: readonly Column<ReportKvCase>[] = [
  {
    id: 'case',
    title: 'Case of report 002',
    heading: true,
    cell: ({ id }) => <span className="[overflow-wrap:anywhere]">{id}</span>,
  },
  { id: 'model', title: 'Model', cell: ({ model }) => model },
  {
    id: 'load',
    title: 'Load',
    numeric: true,
    cell: ({ batch, sequence, concurrent }) => `${batch} × ${sequence} × ${concurrent}`,
  },
  {
    id: 'need',
    title: 'Planner: GB',
    numeric: true,
    cell: (one) => ((planKvStress(one).need.value ?? 0) / 1e9).toFixed(1),
  },
  { id: 'printed', title: 'Report: GB', numeric: true, cell: ({ kvGb }) => kvGb.toFixed(1) },
  {
    id: 'share',
    title: 'Of 24 GB',
    numeric: true,
    cell: (one) => formatValue(planKvStress(one).share.value, 'ratio'),
  },
  {
    id: 'verdict',
    title: 'Planner',
    cell: (one) => <PlanVerdictMark verdict={planKvStress(one).passes ? 'fits' : 'does not fit'} />,
  },
  { id: 'report', title: 'Report', cell: ({ passes }) => (passes ? 'PASS' : 'FAIL') },
];

/** Report 002's eleven scenarios by its own arithmetic. */
export function ReportKvCases() {
  return (
    <Card title="The eleven KV cases of report 002">
      <Table caption="KV cases of report 002" columns={COLUMNS} rows={REPORT_KV_CASES} rowKey={({ id }) => id} />
      <p className="px-3 py-2 text-xs text-muted">
        Load: batch × tokens × batches at a time. All eleven follow from 4,915.2 B a token for 0.5B and four times that
        for 7B (its text says twice), without the tokens that are generated. Qwen2.5-0.5B in 16 bits really takes 12,288
        B, 2.5 times as much, and Qwen2.5-7B 57,344 B, 2.9 times: use the model above for a real engine.
      </p>
    </Card>
  );
}
