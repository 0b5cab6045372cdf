import type { BatchFigures } from '#lib/runs/batch-figures.ts';
import { type BatchLoad, type Latency, NO_LATENCY } from '#lib/runs/batch-load.ts';
import type { CellParams } from '#lib/runs/cell-params.ts';
import type { ResultNumbers, ResultTool, Spread } from '#lib/runs/results/result-cell.ts';

/** Who measured a latency: the file of a load generator (from outside, per request), or the engine's own histograms. */
export type LatencySource = 'file' | 'engine';

/** What a cell of a test matrix has beside the numbers of every batch; null is not known. */
export type CellFigures = {
  readonly params: CellParams;
  /** False where nobody knows when it ran. */
  readonly timed: boolean;
  /** The tool whose file it was read from. */
  readonly tool: ResultTool | null;
  readonly latency: Latency;
  readonly latencySource: LatencySource | null;
  readonly ttft: Latency;
  readonly ttftSource: LatencySource | null;
  /** Per output token, and between tokens; only load generators tell them here. */
  readonly tpotP50: number | null;
  readonly itlP99: number | null;
  readonly goodputPerSecond: number | null;
  readonly goodRatio: number | null;
  readonly kvMaxRatio: number | null;
  readonly queuePeak: number | null;
  readonly runningPeak: number | null;
  readonly arrivalPeakPerSecond: number | null;
  /** In words: what the file lacks, or what was concluded from it. */
  readonly remarks: readonly string[];
  /** Preempted share of the requests that ended. */
  readonly evictionRatio: number | null;
};

export type CellSource = {
  readonly params: CellParams;
  readonly timed: boolean;
  readonly result: {
    readonly tool: ResultTool;
    readonly numbers: ResultNumbers;
    readonly remarks: readonly string[];
  } | null;
};

/**
 * Joins what a load generator's file says and what the engine measured in the same time. The file wins for what its client
 * sees better: requests, latency, throughput. A batch without parameters and file stays as it is.
 */
export function withCell(figures: BatchFigures, source: CellSource, load: BatchLoad | null): BatchFigures {
  const { params, timed, result } = source;
  if (result === null && load === null && Object.keys(params).length === 0) return figures;
  const numbers = result?.numbers ?? null;
  const joined = numbers === null ? figures : withNumbers(figures, numbers, timed);
  const { completed, failed, preemptions } = figures;
  const ended = completed === null || failed === null ? null : completed + failed;
  const latency = pick(numbers?.latency, load?.latency);
  const ttft = pick(numbers?.ttft, load?.ttft);
  return {
    ...joined,
    cell: {
      params,
      timed,
      tool: result?.tool ?? null,
      remarks: result?.remarks ?? [],
      latency: latency.values,
      latencySource: latency.source,
      ttft: ttft.values,
      ttftSource: ttft.source,
      tpotP50: numbers?.tpot.p50 ?? null,
      itlP99: numbers?.itl.p99 ?? null,
      goodputPerSecond: numbers?.goodputPerSecond ?? null,
      goodRatio: numbers?.goodRatio ?? null,
      kvMaxRatio: load?.kvMaxRatio ?? null,
      queuePeak: load?.queuePeak ?? null,
      runningPeak: load?.runningPeak ?? null,
      arrivalPeakPerSecond: load?.arrivalPeakPerSecond ?? null,
      evictionRatio: preemptions === null || ended === null ? null : shareOf(preemptions, ended),
    },
  };
}

/** Counts came in as reported already; here are the rates and times that only the file knows. */
function withNumbers(figures: BatchFigures, numbers: ResultNumbers, timed: boolean): BatchFigures {
  const { durationSeconds, requestsPerSecond, outputTokensPerSecond, latency, oomErrors } = numbers;
  return {
    ...figures,
    durationMs: durationSeconds === null ? (timed ? figures.durationMs : null) : durationSeconds * 1000,
    requestsPerSecond: requestsPerSecond ?? figures.requestsPerSecond,
    secondsPerRequest: latency.mean ?? figures.secondsPerRequest,
    tokensPerSecond: outputTokensPerSecond ?? figures.tokensPerSecond,
    oomErrors: oomErrors ?? figures.oomErrors,
  };
}

function pick(
  file: Spread | undefined,
  engine: Latency | undefined,
): { readonly values: Latency; readonly source: LatencySource | null } {
  if (file !== undefined && (file.p50 !== null || file.p95 !== null || file.p99 !== null))
    return { values: { p50: file.p50, p95: file.p95, p99: file.p99 }, source: 'file' };
  if (engine === undefined || engine.p50 === null) return { values: NO_LATENCY, source: null };
  return { values: engine, source: 'engine' };
}

/** 0 where nothing ended and nothing was preempted (rules.yaml, notes). */
const shareOf = (part: number, whole: number): number | null => (whole > 0 ? part / whole : part === 0 ? 0 : null);
