/** Percentiles in seconds, over all requests of all engines together; null is not measured. */
export type Latency = { readonly p50: number | null; readonly p95: number | null; readonly p99: number | null };

export const NO_LATENCY: Latency = { p50: null, p95: null, p99: null };

/** What the stored samples say of the load of one cell, over all engines of its run. null is not measured. */
export type BatchLoad = {
  /** From bucket increments: as exact as the engine's buckets are. */
  readonly latency: Latency;
  readonly ttft: Latency;
  /** Of the fullest engine at its fullest poll. */
  readonly kvMaxRatio: number | null;
  /** Most requests that waited, and ran, at once; of several engines together, within the same seconds. */
  readonly queuePeak: number | null;
  readonly runningPeak: number | null;
  /** Most arrivals between two polls. */
  readonly arrivalPeakPerSecond: number | null;
};
