import type { BatchMeasurement } from '#lib/runs/batch-measurement.ts';
import type { BatchWindow } from '#lib/runs/batch-window.ts';

/** What the counters of one engine counted in one batch. null: the engine does not count it, or no poll saw it. */
export type EngineCounts = {
  readonly engineId: number;
  readonly engineName: string;
  /** The time that its polls cover of the batch; null without any poll. */
  readonly covered: { readonly fromMs: number; readonly toMs: number } | null;
  readonly finished: number | null;
  readonly aborted: number | null;
  readonly errored: number | null;
  readonly http5xx: number | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cachedTokens: number | null;
  readonly prefixQueries: number | null;
  readonly prefixHits: number | null;
  readonly preemptions: number | null;
  /** End-to-end time of the requests that ended, and how many. */
  readonly requestSeconds: number | null;
  readonly requests: number | null;
};

export type BatchCounts = Pick<
  BatchMeasurement,
  | 'completed'
  | 'failed'
  | 'errors'
  | 'promptTokens'
  | 'completionTokens'
  | 'cachedTokens'
  | 'hitRatio'
  | 'preemptions'
  | 'secondsPerRequest'
  | 'missing'
> & {
  /** Every engine that worked was polled from its begin to its end. */
  readonly isCovered: boolean;
};

/** A batch that was not polled for this long at its begin or end is not counted. */
const MOST_UNSEEN_MS = 60_000;

/**
 * Adds the engines of a batch up. An engine that no poll saw adds nothing and is named in `missing`; one that was seen for
 * a part only leaves the counts unknown. Failed are aborted and errored requests or HTTP 5xx answers, whichever is more:
 * a request can be counted as both. `toMs` is the end of the batch, or now.
 */
export function countBatch(engines: readonly EngineCounts[], window: BatchWindow, toMs: number): BatchCounts {
  const seen = engines.filter((engine) => engine.covered !== null);
  const partly = seen.filter(({ covered }) => {
    return (
      covered !== null && (covered.fromMs > window.startMs + MOST_UNSEEN_MS || covered.toMs < toMs - MOST_UNSEEN_MS)
    );
  });
  const isCovered = seen.length > 0 && partly.length === 0;
  const sum = (of: (engine: EngineCounts) => number | null): number | null =>
    isCovered ? sumKnown(seen.map(of)) : null;
  const count = (of: (engine: EngineCounts) => number | null): number | null => rounded(sum(of));
  const [finished, aborted, errored] = [count((e) => e.finished), count((e) => e.aborted), count((e) => e.errored)];
  const http5xx = count((engine) => engine.http5xx);
  const reasons = (aborted ?? 0) + (errored ?? 0);
  const failed = finished === null && http5xx === null ? null : Math.max(reasons, http5xx ?? 0);
  const queries = sum((engine) => engine.prefixQueries);
  const hits = sum((engine) => engine.prefixHits);
  const requests = sum((engine) => engine.requests);
  const requestSeconds = sum((engine) => engine.requestSeconds);
  return {
    isCovered,
    completed: finished === null ? null : Math.max(0, finished - reasons),
    failed,
    errors: onlySome({ abort: aborted, error: errored, 'HTTP 5xx': http5xx }),
    promptTokens: count((engine) => engine.promptTokens),
    completionTokens: count((engine) => engine.completionTokens),
    cachedTokens: count((engine) => engine.cachedTokens),
    hitRatio: hits === null || queries === null || queries <= 0 ? null : hits / queries,
    preemptions: count((engine) => engine.preemptions),
    secondsPerRequest: requestSeconds === null || requests === null || requests <= 0 ? null : requestSeconds / requests,
    missing: [
      ...(engines.length === 0 ? ['the run has no engine, so nothing was counted'] : []),
      ...engines.filter((e) => e.covered === null).map((e) => `no poll saw ${e.engineName} in this batch`),
      ...partly.map((engine) => `${engine.engineName} was polled for a part of this batch only`),
      ...(isCovered && finished === null ? ['the engine does not count its finished requests'] : []),
    ],
  };
}

function sumKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

/** A row of samples that reaches over two batches is shared between them, so sums need not be whole. */
const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value));

function onlySome(counts: Readonly<Record<string, number | null>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts).filter((entry): entry is [string, number] => entry[1] !== null && entry[1] > 0),
  );
}
