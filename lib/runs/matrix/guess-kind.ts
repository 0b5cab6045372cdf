import { REPORT_BURSTS, REPORT_KV_CASES, REPORT_OOM_CASES } from '#lib/metrics/report-scenarios.ts';
import { type CellParams, numberParam, textParam } from '#lib/runs/cell-params.ts';
import type { MatrixKind } from '#lib/runs/run.ts';

/** The kind of matrix that cells belong to by what they were run with; concurrency × context where nothing else is said. */
export function guessKind(cells: readonly CellParams[]): MatrixKind {
  const isOf = (scenarios: readonly { readonly id: string }[]) =>
    cells.some((params) => scenarios.some(({ id }) => id === textParam(params, 'scenario')));
  if (isOf(REPORT_BURSTS)) return 'burst';
  if (isOf(REPORT_KV_CASES)) return 'kv-stress';
  if (isOf(REPORT_OOM_CASES)) return 'oom';
  if (cells.some((params) => numberParam(params, 'chunk_tokens') !== null)) return 'chunked-prefill';
  if (cells.some((params) => textParam(params, 'quantization') !== null && textParam(params, 'gpu') !== null))
    return 'fit';
  return 'concurrency';
}
