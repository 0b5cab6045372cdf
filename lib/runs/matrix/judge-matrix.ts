import { formatValue } from '#lib/metrics/unit.ts';
import type { Judgement } from '#lib/runs/judgement.ts';
import { judgeBurst } from '#lib/runs/matrix/judge-burst.ts';
import { judgeChunkedPrefill } from '#lib/runs/matrix/judge-chunked-prefill.ts';
import { judgeConcurrency } from '#lib/runs/matrix/judge-concurrency.ts';
import { judgeFit } from '#lib/runs/matrix/judge-fit.ts';
import { judgeKvStress } from '#lib/runs/matrix/judge-kv-stress.ts';
import { judgeOom } from '#lib/runs/matrix/judge-oom.ts';
import type { MatrixCell } from '#lib/runs/matrix/matrix-cell.ts';
import type { MatrixKind } from '#lib/runs/run.ts';

const JUDGES: Readonly<Record<MatrixKind, (cells: readonly MatrixCell[]) => readonly Judgement[]>> = {
  burst: judgeBurst,
  concurrency: judgeConcurrency,
  'kv-stress': judgeKvStress,
  oom: judgeOom,
  'chunked-prefill': judgeChunkedPrefill,
  fit: judgeFit,
};

/** Every criterion of the reports for a kind of matrix; a cell that was not run is not measured. */
export function judgeMatrix(kind: MatrixKind, cells: readonly MatrixCell[]): readonly Judgement[] {
  return JUDGES[kind](cells);
}

/** A matrix in a few words: what failed first, else how much of it is known. */
export function matrixHeadline(criteria: readonly Judgement[], cellCount: number): string {
  if (cellCount === 0) return 'no cell yet';
  const of = (state: Judgement['state']) => criteria.filter((criterion) => criterion.state === state);
  const [failed, passed, unknown] = [of('fail'), of('pass'), of('not measured')];
  const [first] = failed;
  if (first !== undefined) {
    const value =
      first.value === null ? first.reason : `${formatValue(first.value, first.unit)}, passes ${first.limit}`;
    const more = failed.length === 1 ? '' : `, and ${failed.length - 1} more`;
    return `${first.check} at ${first.cell ?? 'a cell'}: ${value}${more}`;
  }
  if (unknown.length === 0) return `all ${passed.length} criteria pass`;
  return `${passed.length} of ${criteria.length} criteria pass, ${unknown.length} not measured`;
}
