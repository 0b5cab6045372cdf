import type { CellParams } from '#lib/runs/cell-params.ts';

export const RESULT_TOOLS = ['vllm-bench', 'guidellm', 'aiperf'] as const;
export type ResultTool = (typeof RESULT_TOOLS)[number];

export const TOOL_WORDS: Readonly<Record<ResultTool, string>> = {
  'vllm-bench': 'vllm bench serve',
  guidellm: 'GuideLLM',
  aiperf: 'AIPerf',
};

/** A distribution in seconds; null where the file does not say. */
export type Spread = {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
};

export const NO_SPREAD: Spread = { mean: null, p50: null, p95: null, p99: null, max: null };

/** What a load generator saw; null where the file does not say. It sees requests, so it knows joint goodput. */
export type ResultNumbers = {
  readonly durationSeconds: number | null;
  readonly completed: number | null;
  readonly failed: number | null;
  /** Cut off by the end of the measurement: neither completed nor failed. */
  readonly incomplete: number | null;
  readonly requestsPerSecond: number | null;
  /** Requests per second that met every objective, and their share. */
  readonly goodputPerSecond: number | null;
  readonly goodRatio: number | null;
  readonly outputTokensPerSecond: number | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly latency: Spread;
  readonly ttft: Spread;
  readonly tpot: Spread;
  readonly itl: Spread;
  /** null: the file lists no errors, which is not the same as none. */
  readonly errors: Readonly<Record<string, number>> | null;
  /** Those of `errors` that speak of memory; 0 where nothing failed; null where it is not known. */
  readonly oomErrors: number | null;
  /** Which latencies were computed here from the requests that the file lists, how many requests. */
  readonly perRequest: number | null;
};

/**
 * When it ran. `local` times are those of a clock without a zone, as though it were UTC: only with the clock's offset can
 * they be placed.
 */
export type ResultTimes =
  | { readonly kind: 'absolute'; readonly startMs: number; readonly endMs: number }
  | { readonly kind: 'local'; readonly startMs: number; readonly endMs: number }
  | { readonly kind: 'unknown' };

/** One measurement of a result file: one cell of a matrix. */
export type ResultCell = {
  readonly params: CellParams;
  readonly times: ResultTimes;
  readonly numbers: ResultNumbers;
  /** In words: what the file lacks, or what was concluded from it. */
  readonly remarks: readonly string[];
};

export type ResultFile = { readonly tool: ResultTool; readonly cells: readonly ResultCell[] };
