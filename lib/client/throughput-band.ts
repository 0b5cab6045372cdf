import type { BatchView } from '#lib/api/runs.ts';

/** Report 003: batches may differ by less than 10 %, counted from the fastest. */
const MOST_VARIANCE = 0.1;

/** The highest rate of those that have ended and 90 % of it; null with fewer than two rates. Requests per second. */
export function throughputBand(
  batches: readonly Pick<BatchView, 'requestsPerSecond' | 'endedAtMs'>[],
): { readonly low: number; readonly high: number } | null {
  const rates = batches.flatMap((batch) => (batch.endedAtMs === null ? [] : (batch.requestsPerSecond ?? [])));
  if (rates.length < 2) return null;
  const high = Math.max(...rates);
  return { low: high * (1 - MOST_VARIANCE), high };
}
