import { medianInPlace, selectKth } from '#lib/detect/order-statistics.ts';

/** An estimate with its 95 % interval. */
export type Interval = { readonly estimate: number; readonly low: number; readonly high: number };

const Z_95 = 1.959964;

/**
 * Theil–Sen slope of `values` over `times` (ascending): the median of the slopes of all pairs, which 29 % of outliers
 * cannot move. The interval's bounds are the slopes of rank (N ∓ z·√variance)/2 (Sen 1968), the variance that of
 * Mann–Kendall's S, which is asked for with the estimate, so that autocorrelation widens the interval. Pairs over
 * `breakIndex`, where a step is, are left out. null with fewer than two different times.
 */
export function theilSen(
  times: Float64Array,
  values: Float64Array,
  breakIndex: number,
  varianceOf: (slope: number) => number,
): Interval | null {
  const slopes = pairSlopes(times, values, breakIndex);
  const pairs = slopes.length;
  if (pairs === 0) return null;
  const estimate = medianInPlace(slopes);
  const reach = Z_95 * Math.sqrt(varianceOf(estimate));
  const low = selectKth(slopes, Math.max(0, Math.floor((pairs - reach) / 2)));
  const high = selectKth(slopes, Math.min(pairs - 1, Math.ceil((pairs + reach) / 2)));
  return { estimate, low, high };
}

/** Only the median slope; null with fewer than two different times. */
export function medianSlope(times: Float64Array, values: Float64Array): number | null {
  const slopes = pairSlopes(times, values, 0);
  return slopes.length === 0 ? null : medianInPlace(slopes);
}

function pairSlopes(times: Float64Array, values: Float64Array, breakIndex: number): Float64Array {
  const n = times.length;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let count = 0;
  for (let i = 0; i < n; i += 1) {
    const [time, value] = [times[i] ?? 0, values[i] ?? 0];
    const end = i < breakIndex ? breakIndex : n;
    for (let j = i + 1; j < end; j += 1) {
      const apart = (times[j] ?? 0) - time;
      if (apart <= 0) continue;
      slopes[count] = ((values[j] ?? 0) - value) / apart;
      count += 1;
    }
  }
  return slopes.subarray(0, count);
}
