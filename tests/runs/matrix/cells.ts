import type { CellFigures } from '#lib/runs/cell-figures.ts';
import type { CellParams } from '#lib/runs/cell-params.ts';
import type { MatrixCell } from '#lib/runs/matrix/matrix-cell.ts';

const GIB = 1024 ** 3;
const NO_LATENCY = { p50: null, p95: null, p99: null };

export type CellShape = {
  readonly number?: number;
  readonly params: CellParams;
  readonly completed?: number | null;
  readonly failed?: number | null;
  readonly oomErrors?: number | null;
  readonly requestsPerSecond?: number | null;
  readonly hitRatio?: number | null;
  readonly errors?: Readonly<Record<string, number>>;
  /** Highest and all of the memory of its one GPU, GiB; null: no GPU is linked. */
  readonly memoryGib?: readonly [number, number] | null;
  readonly reservedGib?: number;
  readonly cell?: Partial<CellFigures>;
};

/** A cell that was measured well; what a test is about is given. */
export function cellOf(shape: CellShape): MatrixCell {
  const { completed = 1000, failed = 0, memoryGib = null } = shape;
  const ended = completed === null || failed === null ? null : completed + failed;
  return {
    number: shape.number ?? 1,
    durationMs: 60_000,
    requestsPerSecond: shape.requestsPerSecond ?? null,
    tokensPerSecond: null,
    completed,
    failed,
    successRatio: ended === null || ended === 0 ? null : (completed ?? 0) / ended,
    errors: shape.errors ?? {},
    hitRatio: shape.hitRatio ?? null,
    crashes: 0,
    oomErrors: shape.oomErrors === undefined ? (failed === 0 ? 0 : null) : shape.oomErrors,
    memory:
      memoryGib === null
        ? []
        : [
            {
              beforeBytes: GIB,
              afterBytes: GIB,
              peakBytes: memoryGib[0] * GIB,
              totalBytes: memoryGib[1] * GIB,
              reservedBytes: shape.reservedGib === undefined ? null : shape.reservedGib * GIB,
            },
          ],
    cell: {
      params: shape.params,
      timed: true,
      tool: null,
      latency: NO_LATENCY,
      latencySource: null,
      ttft: NO_LATENCY,
      ttftSource: null,
      tpotP50: null,
      itlP99: null,
      goodputPerSecond: null,
      goodRatio: null,
      kvMaxRatio: null,
      queuePeak: null,
      runningPeak: null,
      arrivalPeakPerSecond: null,
      evictionRatio: null,
      remarks: [],
      ...shape.cell,
    },
  };
}
