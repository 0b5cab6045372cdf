import { NO_MINUTES, type SlaMinuteCounts } from '#lib/runs/sla-figures.ts';

const DAY_MS = 86_400_000;

/** Counts of a stretch of time that begins at `bucketMs`; oldest first. */
export type SlaBucket = SlaMinuteCounts & { readonly bucketMs: number };

/** What the buckets of the day before a time add up to, for judging the past; only those that were over by then. */
export function slaDayReader(buckets: readonly SlaBucket[], bucketLengthMs: number): (atMs: number) => SlaMinuteCounts {
  const sums: SlaMinuteCounts[] = [NO_MINUTES];
  for (const { met, missed, unknown } of buckets) {
    const last = sums.at(-1) ?? NO_MINUTES;
    sums.push({ met: last.met + met, missed: last.missed + missed, unknown: last.unknown + unknown });
  }
  const endedBy = (ms: number): SlaMinuteCounts => {
    let [low, high] = [0, buckets.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((buckets[middle]?.bucketMs ?? 0) + bucketLengthMs <= ms) low = middle + 1;
      else high = middle;
    }
    return sums[low] ?? NO_MINUTES;
  };
  return (atMs) => {
    const [to, from] = [endedBy(atMs), endedBy(atMs - DAY_MS)];
    return { met: to.met - from.met, missed: to.missed - from.missed, unknown: to.unknown - from.unknown };
  };
}
