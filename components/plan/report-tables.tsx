import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import { REPORT_TABLES, type ReportTable } from '#lib/plan/report-batch-tables.ts';

type Row = ReportTable['rows'][number];

function columnsOf({ columns, rows }: ReportTable): readonly Column<Row>[] {
  return columns.map((title, i) => ({
    id: title,
    title,
    heading: i === 0,
    numeric: i > 0 && rows.every((row) => /^\d/.test(String(row[i]))),
    cell: (row) => <span className={title.startsWith('Planner') ? 'font-medium' : undefined}>{row[i]}</span>,
  }));
}

/** The tables that the reports print, the arithmetic beside them, and where they disagree. */
export function ReportTables() {
  return (
    <div className="space-y-3">
      {REPORT_TABLES.map((table) => (
        <Card key={table.id} title={`${table.title} (${table.source})`}>
          <Table caption={table.title} columns={columnsOf(table)} rows={table.rows} rowKey={(row) => String(row[0])} />
          <p className="px-3 pt-2 text-xs">{table.disagreement}</p>
          <p className="px-3 pt-1 pb-2 text-xs text-muted">Planner: {table.arithmetic}</p>
        </Card>
      ))}
    </div>
  );
}
