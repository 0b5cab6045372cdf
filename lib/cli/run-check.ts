import type { RunDetail } from '#lib/api/runs.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { isAsked } from '#lib/runs/judge-run.ts';

/**
 * Each criterion as a line, and the exit code: 1 when one fails; 2 when none fails, one could not be measured and `strict`
 * is wanted; else 0. A criterion that needs an expectation that nobody gave is shown and does not count.
 */
export function checkOf(
  run: Pick<RunDetail, 'criteria' | 'expectation' | 'gpus' | 'headline' | 'name'>,
  strict: boolean,
): { readonly text: string; readonly exitCode: 0 | 1 | 2 } {
  const gpuOf = (gpuId: number | null): string => {
    const gpu = run.gpus.find((each) => each.gpu.id === gpuId)?.gpu.name;
    return gpuId === null ? '' : ` on ${gpu ?? `GPU ${gpuId}`}`;
  };
  const lines = run.criteria.map(({ check, state, value, unit, limit, reason, batches, gpuId, cell }) => {
    const where = batches.length === 0 ? '' : ` (${batches.length === 1 ? 'batch' : 'batches'} ${batches.join(', ')})`;
    const number = value === null ? '' : `${formatValue(value, unit)}, `;
    return `${state.toUpperCase().padEnd(12)}  ${check}${gpuOf(gpuId)}${cell === undefined ? '' : ` at ${cell}`}: ${number}passes ${limit}: ${reason}${where}`;
  });
  const asked = run.criteria.filter((criterion) => isAsked(criterion, run.expectation));
  const fails = asked.some(({ state }) => state === 'fail');
  const unknown = asked.length === 0 || asked.some(({ state }) => state === 'not measured');
  return {
    text: `${run.name}: ${run.headline}\n${lines.join('\n')}\n`,
    exitCode: fails ? 1 : unknown && strict ? 2 : 0,
  };
}
