import { REPORT_OOM_CASES } from '#lib/metrics/report-scenarios.ts';
import { numberParam } from '#lib/runs/cell-params.ts';
import { type Judgement, judged, notMeasured } from '#lib/runs/judgement.ts';
import { fitOf, isScenario, type MatrixCell, paramsOf, peakRatio } from '#lib/runs/matrix/matrix-cell.ts';
import { SOFT_CAP } from '#lib/runs/matrix/reference-cells.ts';

/** With the batch of all workers together. */
const CASES = REPORT_OOM_CASES.map((oom) => ({ ...oom, batch: oom.batch * oom.workers }));
type Case = (typeof CASES)[number];

/**
 * Report 000's seven memory cases. What it expects to fit must not run out of memory. What it expects not to fit passes
 * when it fits all the same, or when a retry of the same case with a smaller batch does: half, until it fits.
 */
export function judgeOom(cells: readonly MatrixCell[]): readonly Judgement[] {
  return CASES.map((reference) => {
    const ofCase = cells.filter((cell) => isScenario(reference.id)(paramsOf(cell)));
    return judgeCase(
      ofCase.toSorted((a, b) => a.number - b.number),
      reference,
    );
  });
}

function judgeCase(tries: readonly MatrixCell[], reference: Case): Judgement {
  const limit = reference.fits ? 'fits' : 'fits, or a retry does';
  const criterion = { check: 'fits in memory', unit: 'ratio', limit, cell: reference.id, source: '000' } as const;
  const last = tries.at(-1);
  if (last === undefined) return notMeasured(criterion, 'this case was not run', []);
  const { fits, why } = fitOf(last);
  const value = peakRatio(last);
  if (fits === null) return notMeasured(criterion, why, [last.number]);
  const batch = numberParam(paramsOf(last), 'batch');
  const before = tries.slice(0, -1).filter((cell) => fitOf(cell).fits === false);
  const need = `${reference.needGb} GB of ${reference.gpuGb} GB by the report`;
  if (fits) {
    const retried = before.length === 0 ? '' : ` after ${before.length === 1 ? '1 retry' : `${before.length} retries`}`;
    const at = batch === null ? '' : ` with batch ${batch}`;
    const passes = reference.fits ? before.length === 0 : true;
    return judged(criterion, passes, value, `fits${at}${retried}: ${why}${capWords(value)}; ${need}`, [last.number]);
  }
  if (!reference.fits && batch !== null && batch >= reference.batch)
    return notMeasured(
      criterion,
      `does not fit, as the report has it (${need}); no retry with a smaller batch was run`,
      [last.number],
    );
  return judged(criterion, false, value, `does not fit: ${why}; ${need}`, [last.number]);
}

const capWords = (ratio: number | null): string => (ratio !== null && ratio > SOFT_CAP ? ', above the 80 % cap' : '');
