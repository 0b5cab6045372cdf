import { normalTail } from '#lib/detect/normal-tail.ts';

export type TrendTest = {
  /** Pairs that rise less pairs that fall. */
  readonly s: number;
  /** Variance of `s` without a trend, ties and autocorrelation accounted for. */
  readonly variance: number;
  /** One-sided: chance of an `s` this high without any growth. */
  readonly pValue: number;
};

/** Below this the autocorrelation cannot be estimated; up to this the exact distribution is used. */
const SMALL = 10;
const SIGNIFICANT = 1.96;

/**
 * Mann–Kendall test for growth, with the variance of Hamed and Rao (1998, J. Hydrology 204) for autocorrelated values:
 * Var = [n(n−1)(2n+5) − Σ t(t−1)(2t+5)]/18 × (1 + 2/(n(n−1)(n−2)) Σ_k (n−k)(n−k−1)(n−k−2) ρ_k), ρ_k those of the ranks
 * of `residuals` (the values with their trend taken out) that differ from 0 at 95 %. As pyMannKendall does it, except
 * that the factor is never below 1, and that up to ten values without ties the exact distribution gives p. Values on
 * two sides of a step (`breakIndex`) are not compared: S and its variance are sums over both (Hirsch and Slack 1984).
 */
export function mannKendall(values: Float64Array, residuals: Float64Array, breakIndex: number): TrendTest {
  const n = values.length;
  const sides = [values.subarray(0, breakIndex), values.subarray(breakIndex)].filter((side) => side.length > 0);
  const s = sides.reduce((sum, side) => sum + risingPairs(side), 0);
  const plain = sides.reduce((sum, side) => sum + plainVariance(side), 0);
  const variance = plain * (n < SMALL ? 1 : autocorrelationFactor(residuals));
  const hasTies = new Set(values).size < n;
  if (n <= SMALL && sides.length === 1 && !hasTies) return { s, variance, pValue: exactTail(n, s) };
  const z = variance === 0 ? 0 : (s - Math.sign(s)) / Math.sqrt(variance);
  return { s, variance, pValue: normalTail(z) };
}

/** Pairs that rise less pairs that fall. */
function risingPairs(values: Float64Array): number {
  let s = 0;
  for (let i = 0; i < values.length; i += 1) {
    const left = values[i] ?? 0;
    for (let j = i + 1; j < values.length; j += 1) s += Math.sign((values[j] ?? 0) - left);
  }
  return s;
}

function plainVariance(values: Float64Array): number {
  const n = values.length;
  const tied = tieSizes(values).reduce((sum, size) => sum + size * (size - 1) * (2 * size + 5), 0);
  return (n * (n - 1) * (2 * n + 5) - tied) / 18;
}

/** Sizes of the groups of equal values. */
function tieSizes(values: Float64Array): readonly number[] {
  const sorted = values.toSorted();
  const sizes: number[] = [];
  let start = 0;
  for (let i = 1; i <= sorted.length; i += 1) {
    if (i < sorted.length && sorted[i] === sorted[start]) continue;
    if (i - start > 1) sizes.push(i - start);
    start = i;
  }
  return sizes;
}

function autocorrelationFactor(residuals: Float64Array): number {
  const n = residuals.length;
  const ranks = centredRanks(residuals);
  const spread = ranks.reduce((sum, rank) => sum + rank * rank, 0);
  if (spread === 0) return 1;
  const limit = SIGNIFICANT / Math.sqrt(n);
  let sum = 0;
  for (let lag = 1; lag < n - 2; lag += 1) {
    let product = 0;
    for (let i = lag; i < n; i += 1) product += (ranks[i] ?? 0) * (ranks[i - lag] ?? 0);
    const rho = product / spread;
    if (Math.abs(rho) > limit) sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * rho;
  }
  return Math.max(1, 1 + (2 * sum) / (n * (n - 1) * (n - 2)));
}

/** Ranks from 0, equal values share the mean of theirs, less the mean rank. */
function centredRanks(values: Float64Array): Float64Array {
  const n = values.length;
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Float64Array(n);
  for (let start = 0; start < n; ) {
    let end = start + 1;
    while (end < n && values[order[end] ?? 0] === values[order[start] ?? 0]) end += 1;
    for (let i = start; i < end; i += 1) ranks[order[i] ?? 0] = (start + end - 1) / 2 - (n - 1) / 2;
    start = end;
  }
  return ranks;
}

/** Share of the n! orders whose `s` is at least this: orders counted by inversions (Kendall 1938). */
function exactTail(n: number, s: number): number {
  let counts = [1];
  for (let size = 2; size <= n; size += 1) {
    const next = new Array<number>(counts.length + size - 1).fill(0);
    for (const [inversions, count] of counts.entries()) {
      for (let more = 0; more < size; more += 1) next[inversions + more] = (next[inversions + more] ?? 0) + count;
    }
    counts = next;
  }
  const fewest = (n * (n - 1)) / 2;
  const all = counts.reduce((sum, count) => sum + count, 0);
  const asHigh = counts.reduce((sum, count, inversions) => sum + (fewest - 2 * inversions >= s ? count : 0), 0);
  return asHigh / all;
}
