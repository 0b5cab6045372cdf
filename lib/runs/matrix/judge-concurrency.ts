import { type Judgement, judged, notMeasured } from '#lib/runs/judgement.ts';
import { concurrencyLabel, isAt, type MatrixCell, modelsOf, newest } from '#lib/runs/matrix/matrix-cell.ts';
import { CONCURRENCY_CELLS } from '#lib/runs/matrix/reference-cells.ts';

type Reference = (typeof CONCURRENCY_CELLS)[number];

const BY = { file: 'by the load generator', engine: "by the engine's buckets" } as const;

/** Report 004: success rate and p95 of each context and concurrency. Cells that it does not name are not judged. */
export function judgeConcurrency(cells: readonly MatrixCell[]): readonly Judgement[] {
  const models = modelsOf(cells);
  return models.flatMap((model) =>
    CONCURRENCY_CELLS.flatMap((reference) => {
      const label = concurrencyLabel(models.length > 1 ? model : null, reference.contextTokens, reference.concurrency);
      const cell = newest(cells, isAt(model, reference.contextTokens, reference.concurrency));
      return [success(cell, reference, label), latency(cell, reference, label)];
    }),
  );
}

function success(cell: MatrixCell | null, reference: Reference, label: string): Judgement {
  const limit = `>= ${reference.success * 100} %`;
  const criterion = { check: 'success rate', unit: 'ratio', limit, cell: label, source: '004' } as const;
  if (cell === null) return notMeasured(criterion, 'this cell was not run', []);
  const { successRatio, completed, failed, number } = cell;
  if (successRatio === null) return notMeasured(criterion, 'requests were not counted', [number]);
  const reason = `${completed} completed, ${failed} failed`;
  return judged(criterion, successRatio >= reference.success, successRatio, reason, [number]);
}

function latency(cell: MatrixCell | null, reference: Reference, label: string): Judgement {
  const limit = `< ${reference.p95Seconds} s`;
  const criterion = { check: 'p95 latency', unit: 'seconds', limit, cell: label, source: '004' } as const;
  if (cell === null) return notMeasured(criterion, 'this cell was not run', []);
  const p95 = cell.cell?.latency.p95 ?? null;
  if (p95 === null) return notMeasured(criterion, 'neither a file nor the engine says the p95', [cell.number]);
  const reason = BY[cell.cell?.latencySource ?? 'engine'];
  return judged(criterion, p95 < reference.p95Seconds, p95, reason, [cell.number]);
}
