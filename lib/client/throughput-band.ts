import type { BatchView } from '#lib/api/runs.ts';

/** Report 003: batches may differ by less than 10 %, counted from the fastest. */
const MOST_VARIANCE = 0.1;

/** The highest rate and 90 % of it; null with fewer than two rates. Requests per second. */
export function throughputBand(
  batches: readonly Pick<BatchView, 'requestsPerSecond'>[],
): { readonly low: number; readonly high: number } | null {
  const rates = batches.flatMap(({ requestsPerSecond }) => requestsPerSecond ?? []);
  if (rates.length < 2) return null;
  const high = Math.max(...rates);
  return { low: high * (1 - MOST_VARIANCE), high };
}
