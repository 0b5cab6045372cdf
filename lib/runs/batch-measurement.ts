import type { BatchLoad } from '#lib/runs/batch-load.ts';

/** Memory of one GPU around one batch, in bytes. `before` and `after` are floors: idle memory. null is not measured. */
export type BatchGpuMemory = {
  readonly gpuId: number;
  readonly beforeBytes: number | null;
  readonly afterBytes: number | null;
  readonly peakBytes: number | null;
  readonly totalBytes: number | null;
  /** What its engine had reserved at its start. */
  readonly reservedBytes: number | null;
  /** Processes on it before and after the batch, where the exporter lists them. */
  readonly processesBefore: readonly ProcessBytes[] | null;
  readonly processesAfter: readonly ProcessBytes[] | null;
};

export type ProcessBytes = { readonly pid: string; readonly name: string; readonly bytes: number };

/**
 * What the stored samples say of one batch, over all engines of its run. null is not measured, and `missing` says why.
 * What a client reported is no part of it.
 */
export type BatchMeasurement = {
  readonly completed: number | null;
  readonly failed: number | null;
  /** Kind of error -> how often. */
  readonly errors: Readonly<Record<string, number>>;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cachedTokens: number | null;
  readonly hitRatio: number | null;
  /** Requests pushed out of the running batch because the KV cache was full. */
  readonly preemptions: number | null;
  readonly secondsPerRequest: number | null;
  readonly crashes: number | null;
  readonly oomErrors: number | null;
  readonly reloadDelayMs: number | null;
  readonly memory: readonly BatchGpuMemory[];
  /** Of a cell of a test matrix; null of other batches. */
  readonly load: BatchLoad | null;
  /** Starts of an engine from the end of the batch before to the end of this one. */
  readonly restarts: readonly { readonly atMs: number; readonly cause: string }[];
  /** In words. */
  readonly missing: readonly string[];
};
