/**
 * One batch of a multi-batch run as measured (report 003, "Metrics Tracked"). null is not measured. Bytes are a GPU's
 * idle memory (floors); of several GPUs each has its own records.
 */
export type BatchRecord = {
  /** Its number in the run, from 1. */
  readonly number: number;
  readonly startMs: number;
  /** null while it runs. */
  readonly endMs: number | null;
  readonly vramBeforeBytes: number | null;
  readonly vramAfterBytes: number | null;
  readonly requestsPerSecond: number | null;
  readonly completed: number | null;
  readonly failed: number | null;
  readonly crashes: number | null;
  readonly oomErrors: number | null;
  /** How long the first request waited for a model load; 0 when it did not. */
  readonly reloadDelayMs: number | null;
};
