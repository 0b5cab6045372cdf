import type { Unit } from '#lib/metrics/unit.ts';
import { numberParam } from '#lib/runs/cell-params.ts';
import type { Check, Judgement } from '#lib/runs/judgement.ts';
import { chunkLatency } from '#lib/runs/matrix/judge-chunked-prefill.ts';
import { type MatrixCell, paramsOf, peakRatio } from '#lib/runs/matrix/matrix-cell.ts';
import { scalingOf } from '#lib/runs/matrix/scaling.ts';
import type { MatrixKind } from '#lib/runs/run.ts';

/** One number of the cells of a matrix, and the criterion that judges it; null where none does. */
export type MatrixMeasure = {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly check: Check | null;
  readonly of: (cell: MatrixCell, all: readonly MatrixCell[]) => number | null;
};

const SUCCESS: MatrixMeasure = {
  id: 'success',
  title: 'Success',
  unit: 'ratio',
  check: 'success rate',
  of: (cell) => cell.successRatio,
};
const P95: MatrixMeasure = {
  id: 'p95',
  title: 'p95',
  unit: 'seconds',
  check: 'p95 latency',
  of: ({ cell }) => cell?.latency.p95 ?? null,
};
const P50: MatrixMeasure = {
  id: 'p50',
  title: 'p50',
  unit: 'seconds',
  check: null,
  of: ({ cell }) => cell?.latency.p50 ?? null,
};
const P99: MatrixMeasure = {
  id: 'p99',
  title: 'p99',
  unit: 'seconds',
  check: null,
  of: ({ cell }) => cell?.latency.p99 ?? null,
};
const RPS: MatrixMeasure = {
  id: 'rps',
  title: 'Requests/s',
  unit: 'requests_per_second',
  check: null,
  of: (cell) => cell.requestsPerSecond,
};
const TOKENS: MatrixMeasure = {
  id: 'tokens',
  title: 'Tokens/s',
  unit: 'tokens_per_second',
  check: null,
  of: (cell) => cell.tokensPerSecond,
};
const SCALING: MatrixMeasure = { id: 'scaling', title: 'Scaling', unit: 'ratio', check: null, of: scalingOf };
const GOODPUT: MatrixMeasure = {
  id: 'goodput',
  title: 'Goodput',
  unit: 'ratio',
  check: null,
  of: ({ cell }) => cell?.goodRatio ?? null,
};
const KV: MatrixMeasure = {
  id: 'kv',
  title: 'KV cache, most',
  unit: 'ratio',
  check: 'KV utilisation',
  of: ({ cell }) => cell?.kvMaxRatio ?? null,
};
const FAILED: MatrixMeasure = {
  id: 'failed',
  title: 'Failed',
  unit: 'requests',
  check: null,
  of: (cell) => cell.failed,
};
const OOM: MatrixMeasure = {
  id: 'oom',
  title: 'Out of memory',
  unit: 'count',
  check: null,
  of: (cell) => cell.oomErrors,
};
const TTFT: MatrixMeasure = {
  id: 'ttft',
  title: 'TTFT p50',
  unit: 'seconds',
  check: null,
  of: ({ cell }) => cell?.ttft.p50 ?? null,
};
const PEAK: MatrixMeasure = {
  id: 'vram',
  title: 'VRAM, most',
  unit: 'bytes',
  check: null,
  of: ({ memory }) => most(memory.map((gpu) => gpu.peakBytes)),
};
const KEPT: MatrixMeasure = {
  id: 'kept',
  title: 'VRAM kept',
  unit: 'bytes',
  check: null,
  of: ({ memory }) =>
    most(
      memory.map(({ beforeBytes, afterBytes }) =>
        beforeBytes === null || afterBytes === null ? null : afterBytes - beforeBytes,
      ),
    ),
};

/** The numbers of each kind, the one that is looked at first in front. */
export const MATRIX_MEASURES: Readonly<Record<MatrixKind, readonly MatrixMeasure[]>> = {
  concurrency: [
    P95,
    SUCCESS,
    P50,
    P99,
    TTFT,
    RPS,
    SCALING,
    TOKENS,
    GOODPUT,
    { ...KV, check: null },
    FAILED,
    OOM,
    PEAK,
    KEPT,
  ],
  burst: [
    {
      id: 'peak',
      title: 'Peak',
      unit: 'requests_per_second',
      check: 'peak rate',
      of: ({ cell }) => cell?.arrivalPeakPerSecond ?? null,
    },
    { ...RPS, title: 'Average', check: 'average rate' },
    {
      id: 'queue',
      title: 'Queue, most',
      unit: 'requests',
      check: 'queue peak',
      of: ({ cell }) => cell?.queuePeak ?? null,
    },
    { id: 'served', title: 'Served', unit: 'requests', check: 'requests served', of: (cell) => cell.completed },
  ],
  'kv-stress': [
    KV,
    { id: 'hit', title: 'Cache hits', unit: 'ratio', check: 'cache hit rate', of: (cell) => cell.hitRatio },
    {
      id: 'evictions',
      title: 'Evictions',
      unit: 'ratio',
      check: 'cache evictions',
      of: ({ cell }) => cell?.evictionRatio ?? null,
    },
    { ...SUCCESS, check: 'scenario result' },
    RPS,
  ],
  oom: [
    { id: 'fill', title: 'Card used', unit: 'ratio', check: 'fits in memory', of: peakRatio },
    { id: 'batch', title: 'Batch', unit: 'count', check: null, of: (cell) => numberParam(paramsOf(cell), 'batch') },
    OOM,
    { ...SUCCESS, check: null },
  ],
  'chunked-prefill': [
    { ...TTFT, id: 'latency', title: 'TTFT or request, p50', check: null, of: chunkLatency },
    { ...P95, check: null },
    RPS,
    TOKENS,
    PEAK,
  ],
  fit: [
    { id: 'fill', title: 'Card used', unit: 'ratio', check: 'memory utilisation', of: peakRatio },
    PEAK,
    { ...SUCCESS, check: null },
    OOM,
    RPS,
  ],
};

export type CellState = Judgement['state'] | 'no limit' | 'not run';

/** The criterion of a measure at a place; of several the worst. null where none is about it. */
export function criterionAt(criteria: readonly Judgement[], label: string, check: Check | null): Judgement | null {
  const found = criteria.filter((one) => one.cell === label && (check === null || one.check === check));
  return (
    found.find(({ state }) => state === 'fail') ??
    found.find(({ state }) => state === 'not measured') ??
    found[0] ??
    null
  );
}

/** What is said of a place: its criteria together, or the one of a measure. */
export function stateAt(
  criteria: readonly Judgement[],
  slot: { readonly label: string; readonly cell: MatrixCell | null },
  check: Check | null,
): CellState {
  if (slot.cell === null) return 'not run';
  return criterionAt(criteria, slot.label, check)?.state ?? 'no limit';
}

function most(values: readonly (number | null)[]): number | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 ? null : Math.max(...numbers);
}
