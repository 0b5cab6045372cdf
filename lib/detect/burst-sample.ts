/**
 * One poll of an engine as the burst detector needs it. Counts are increases since the previous poll, `elapsedMs` ago
 * (null for the first one). null is unknown.
 */
export type BurstSample = {
  readonly atMs: number;
  readonly elapsedMs: number | null;
  readonly restarted: boolean;
  readonly arrivals: number | null;
  readonly finished: number | null;
  /** Of the finished: aborted or ended with an error. */
  readonly failed: number | null;
  readonly waiting: number | null;
  readonly running: number | null;
  readonly kvRatio: number | null;
  readonly tokens: number | null;
  readonly preemptions: number | null;
  /** Of requests whose first token came in this poll; null when there were none. */
  readonly ttftP95S: number | null;
  readonly ttftSumS: number | null;
  readonly ttftCount: number | null;
};

/** Arrivals of one span of time, both known. */
export type Arrivals = { readonly atMs: number; readonly elapsedMs: number; readonly count: number };

/** null where arrivals or the time they fell into are unknown. */
export function arrivalsOf(sample: BurstSample): Arrivals | null {
  const { atMs, elapsedMs, arrivals } = sample;
  return elapsedMs === null || elapsedMs <= 0 || arrivals === null ? null : { atMs, elapsedMs, count: arrivals };
}

/** The signals that a burst moves. `arrivals` tell of its begin and end, the others of its recovery. */
export const BURST_SIGNALS = ['waiting', 'ttft', 'token_speed', 'kv_cache', 'preemptions'] as const;
export type BurstSignal = (typeof BURST_SIGNALS)[number];

/**
 * What a signal says in one poll: waiting requests, TTFT p95 of the poll in seconds, tokens per second and running request,
 * KV use as a ratio, preemptions per second. null is unknown, or nothing to tell (no first token in this poll).
 */
export function signalOf(sample: BurstSample, signal: BurstSignal): number | null {
  const { elapsedMs } = sample;
  switch (signal) {
    case 'waiting':
      return sample.waiting;
    case 'ttft':
      return sample.ttftP95S;
    case 'kv_cache':
      return sample.kvRatio;
    case 'token_speed': {
      const { tokens, running } = sample;
      if (elapsedMs === null || elapsedMs <= 0 || tokens === null || running === null || running <= 0) return null;
      return (tokens * 1000) / elapsedMs / running;
    }
    case 'preemptions':
      if (elapsedMs === null || elapsedMs <= 0 || sample.preemptions === null) return null;
      return (sample.preemptions * 1000) / elapsedMs;
  }
}
