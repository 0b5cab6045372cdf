import { formatValue } from '#lib/metrics/unit.ts';
import { cellName } from '#lib/runs/cell-params.ts';
import { type CellState, MATRIX_MEASURES, stateAt } from '#lib/runs/matrix/matrix-measures.ts';
import { type MatrixShape, matrixShape } from '#lib/runs/matrix/matrix-shape.ts';
import type { ReportBatch, ReportRun } from '#lib/runs/report-run.ts';
import { countText, markdownTable, percentText, plainMarkdown, rateText, secondsText } from '#lib/runs/report-words.ts';
import { TOOL_WORDS } from '#lib/runs/results/result-cell.ts';
import type { MatrixKind } from '#lib/runs/run.ts';

const MARKS: Readonly<Record<CellState, string>> = {
  pass: 'pass',
  fail: '**fail**',
  'not measured': 'not measured',
  'no limit': 'no limit',
  'not run': 'not run',
};

/** The tables of a test matrix: of a grid one a number, of scenarios one with all numbers. Verdict and number in each cell. */
export function matrixSections(run: ReportRun, kind: MatrixKind): readonly string[] {
  const shape = matrixShape(kind, run.batches);
  const tables = shape.form === 'grid' ? gridTables(run, kind, shape) : [listTable(run, kind, shape)];
  return ['## Matrix', ...tables, '## Cells', cellTable(run.batches)];
}

function gridTables(run: ReportRun, kind: MatrixKind, shape: MatrixShape<ReportBatch>): readonly string[] {
  const head = [`${shape.rowTitle} \\ ${shape.columnTitle}`, ...shape.columns.map(plainMarkdown)];
  return MATRIX_MEASURES[kind].flatMap((measure) => {
    const rows = shape.slots.map((slots, i) => [
      plainMarkdown(shape.rows[i] ?? ''),
      ...slots.map((slot) => {
        const state = stateAt(run.criteria, slot, measure.check);
        const value = slot.cell === null ? null : measure.of(slot.cell, run.batches);
        const mark = measure.check === null ? '' : `, ${MARKS[state]}`;
        return slot.cell === null ? MARKS['not run'] : `${formatValue(value, measure.unit)}${mark}`;
      }),
    ]);
    return [`### ${measure.title}`, markdownTable(head, rows)];
  });
}

function listTable(run: ReportRun, kind: MatrixKind, shape: MatrixShape<ReportBatch>): string {
  const measures = MATRIX_MEASURES[kind];
  const rows = shape.slots.flatMap(([slot], i) => {
    if (slot === undefined) return [];
    const numbers = measures.map((measure) => {
      const value = slot.cell === null ? null : measure.of(slot.cell, run.batches);
      const mark = measure.check === null ? '' : `, ${MARKS[stateAt(run.criteria, slot, measure.check)]}`;
      return slot.cell === null ? MARKS['not run'] : `${formatValue(value, measure.unit)}${mark}`;
    });
    return [[plainMarkdown(shape.rows[i] ?? ''), ...numbers]];
  });
  return markdownTable([shape.rowTitle, ...measures.map(({ title }) => title)], rows);
}

const CELL_HEAD = ['batch', 'cell', 'from', 'requests', 'failed', 'success', 'rate', 'p50', 'p95', 'p99', 'errors'];

function cellTable(batches: readonly ReportBatch[]): string {
  return markdownTable(
    CELL_HEAD,
    batches.map(({ number, name, cell, total, failed, successRatio, requestsPerSecond, errors }) => [
      String(number),
      plainMarkdown(cellName(cell?.params ?? {}) ?? name),
      cell?.tool === undefined || cell.tool === null ? 'the engine' : TOOL_WORDS[cell.tool],
      countText(total),
      countText(failed),
      percentText(successRatio, 2),
      rateText(requestsPerSecond),
      ...[cell?.latency.p50, cell?.latency.p95, cell?.latency.p99].map((seconds) => secondsText(seconds ?? null)),
      Object.entries(errors)
        .map(([kind, count]) => `${count} × ${plainMarkdown(kind)}`)
        .join(', '),
    ]),
  );
}
