/** Bucket increases of one layout: `counts[i]` observations in (bounds[i-1], bounds[i]]; the last bound is Infinity. */
export type Buckets = { readonly bounds: readonly number[]; readonly counts: readonly number[] };

/**
 * Sums buckets by `le`. Where layouts differ only the bounds common to all are kept, since an increase cannot be
 * divided inside its bucket. Buckets without any observation do not restrict the common bounds.
 * Returns null when there is nothing to merge.
 */
export function mergeBuckets(parts: readonly Buckets[]): Buckets | null {
  const first = parts[0];
  if (first === undefined) return null;
  if (parts.every((part) => part.bounds === first.bounds || sameBounds(part.bounds, first.bounds))) {
    return { bounds: first.bounds, counts: first.bounds.map((_, i) => sum(parts, (part) => part.counts[i] ?? 0)) };
  }
  const used = parts.filter((part) => part.counts.some((count) => count > 0));
  if (used.length <= 1) return used[0] ?? first;
  const common = (used[0]?.bounds ?? []).filter((bound) => used.every((part) => part.bounds.includes(bound)));
  return { bounds: common, counts: toPerBucket(common.map((bound) => sum(used, (part) => countUpTo(part, bound)))) };
}

function sum<T>(items: readonly T[], pick: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += pick(item);
  return total;
}

function sameBounds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((bound, i) => bound === b[i]);
}

function countUpTo(buckets: Buckets, bound: number): number {
  let total = 0;
  for (let i = 0; i < buckets.bounds.length; i++) {
    if ((buckets.bounds[i] ?? 0) > bound) break;
    total += buckets.counts[i] ?? 0;
  }
  return total;
}

function toPerBucket(cumulative: readonly number[]): number[] {
  return cumulative.map((count, i) => count - (i === 0 ? 0 : (cumulative[i - 1] ?? 0)));
}

/** Observations in all buckets. */
export function bucketTotal(buckets: Buckets): number {
  return buckets.counts.reduce((total, count) => total + count, 0);
}

/**
 * Prometheus's `histogram_quantile` (promql/quantile.go, BucketQuantile): linear inside the bucket, lower edge of the
 * first bucket 0 when its bound is positive, the second-highest bound when the rank falls into +Inf.
 * Returns null without observations, without a +Inf bucket, or with fewer than two buckets.
 */
export function bucketQuantile(q: number, buckets: Buckets): number | null {
  const { bounds, counts } = buckets;
  const last = bounds.length - 1;
  if (last < 1 || bounds[last] !== Number.POSITIVE_INFINITY) return null;
  const total = bucketTotal(buckets);
  if (!(total > 0)) return null;
  const rank = q * total;
  let below = 0;
  for (let i = 0; i < last; i++) {
    const count = counts[i] ?? 0;
    if (below + count >= rank) return interpolate(bounds, i, count, rank - below);
    below += count;
  }
  return bounds[last - 1] ?? null;
}

function interpolate(bounds: readonly number[], i: number, count: number, rankInBucket: number): number {
  const upper = bounds[i] ?? 0;
  if (i === 0 && upper <= 0) return upper;
  const lower = i === 0 ? 0 : (bounds[i - 1] ?? 0);
  return count === 0 ? lower : lower + (upper - lower) * (rankInBucket / count);
}

/** Upper bound of the highest bucket with an observation; the highest finite bound when that is +Inf; null without any. */
export function highestBound(buckets: Buckets): number | null {
  for (let i = buckets.bounds.length - 1; i >= 0; i--) {
    if ((buckets.counts[i] ?? 0) > 0) {
      const bound = buckets.bounds[i] ?? null;
      return bound === Number.POSITIVE_INFINITY ? (buckets.bounds[i - 1] ?? null) : bound;
    }
  }
  return null;
}

export type Share = { readonly estimate: number; readonly atLeast: number; readonly atMost: number };

/**
 * Share of observations <= `limit` (Prometheus's histogram_fraction from 0). Exact at a bucket bound; between two
 * bounds the estimate is interpolated and `atLeast`, `atMost` are what the buckets prove.
 * Returns null without observations.
 */
export function shareBelow(limit: number, buckets: Buckets): Share | null {
  const total = bucketTotal(buckets);
  if (!(total > 0)) return null;
  let below = 0;
  for (let i = 0; i < buckets.bounds.length; i++) {
    const upper = buckets.bounds[i] ?? 0;
    const count = buckets.counts[i] ?? 0;
    if (upper === limit) return share(below + count, below + count, below + count, total);
    if (upper > limit) {
      const lower = i === 0 ? 0 : (buckets.bounds[i - 1] ?? 0);
      const inside = Number.isFinite(upper) ? count * ((limit - lower) / (upper - lower)) : 0;
      return share(below + inside, below, below + count, total);
    }
    below += count;
  }
  return share(below, below, below, total);
}

function share(estimate: number, atLeast: number, atMost: number, total: number): Share {
  return { estimate: estimate / total, atLeast: atLeast / total, atMost: atMost / total };
}
