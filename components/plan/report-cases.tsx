'use client';

import { PlanVerdictMark } from '#components/plan/plan-verdict.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import { PLAN_DEFAULTS, planPatch } from '#lib/client/plan-form.ts';
import { writeParams } from '#lib/client/url-state.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { reportGb } from '#lib/plan/pre-flight.ts';
import {
  impliedLoad,
  planReportCase,
  REPORT_PREFLIGHT_CASES,
  type ReportPreflightCase,
} from '#lib/plan/report-preflight.ts';

const GIB = 1024 ** 3;
const CARD_OF_GB: Readonly<Record<number, string>> = { 8: 'card:small-8', 24: 'card:rtx-3090', 40: 'card:a100-40' };

/** Fills the form with the numbers of a case. */
function play(one: ReportPreflightCase): void {
  const { tokensPerRequest, bytesPerToken } = impliedLoad(one);
  const place = CARD_OF_GB[one.gpuGb] ?? 'size';
  const form = { place, model: 'bytes', bpt: String(bytesPerToken), batch: String(one.batch) };
  writeParams(
    planPatch({ ...form, seq: String(tokensPerRequest), at: String(one.workers), cap: PLAN_DEFAULTS.cap }),
    'push',
  );
  window.scrollTo({ top: 0 });
}

const COLUMNS: readonly Column<ReportPreflightCase>[] = [
  {
    id: 'case',
    title: 'Case of report 000',
    heading: true,
    cell: (one) => (
      <>
        {one.title}
        <span className="block text-xs text-muted [overflow-wrap:anywhere]">{one.id}</span>
      </>
    ),
  },
  { id: 'card', title: 'Card', numeric: true, cell: ({ gpuGb }) => reportGb(gpuGb * GIB) },
  {
    id: 'batch',
    title: 'Batch',
    numeric: true,
    cell: ({ batch, workers }) => (workers === 1 ? batch : `${workers} × ${batch}`),
  },
  {
    id: 'token',
    title: 'Bytes a token',
    numeric: true,
    cell: (one) => formatValue(impliedLoad(one).bytesPerToken, 'bytes'),
  },
  { id: 'need', title: 'Needs', numeric: true, cell: ({ needGb }) => reportGb(needGb * GIB) },
  { id: 'verdict', title: 'Planner', cell: (one) => <PlanVerdictMark verdict={planReportCase(one).verdict} /> },
  {
    id: 'printed',
    title: 'Report, and where they disagree',
    cell: ({ printed, note }) => (
      <>
        {printed}
        {note !== '' && <span className="block text-xs text-muted">{note}</span>}
      </>
    ),
  },
  {
    id: 'try',
    title: 'Plan it',
    titleHidden: true,
    cell: (one) => (
      <Button className="h-7" onClick={() => play(one)} aria-label={`Plan ${one.title}`}>
        Plan
      </Button>
    ),
  },
];

/** Report 000's seven pre-flight cases through the planner's own rule. */
export function ReportCases() {
  return (
    <Card title="The seven pre-flight cases of report 000">
      <Table
        caption="Pre-flight cases of report 000"
        columns={COLUMNS}
        rows={REPORT_PREFLIGHT_CASES}
        rowKey={({ id }) => id}
      />
    </Card>
  );
}
