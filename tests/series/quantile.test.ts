import { describe, expect, it } from 'vitest';
import { bucketQuantile, highestBound, mergeBuckets, shareBelow } from '#lib/series/quantile.ts';

const INF = Number.POSITIVE_INFINITY;

describe('quantiles equal those of Prometheus', () => {
  // Expected values follow promql/quantile.go, BucketQuantile, for the cumulative counts of each case.
  const cases = [
    { name: 'inside a bucket, linear', bounds: [0.1, 0.2, 1, INF], counts: [2, 2, 4, 0], q: 0.5, expected: 0.2 },
    { name: 'three quarters of a bucket', bounds: [0.1, 0.2, 1, INF], counts: [0, 0, 4, 0], q: 0.75, expected: 0.8 },
    { name: 'first bucket starts at zero', bounds: [0.1, 1, INF], counts: [10, 0, 0], q: 0.5, expected: 0.05 },
    { name: 'first bound not positive gives the bound', bounds: [-1, 1, INF], counts: [4, 0, 0], q: 0.5, expected: -1 },
    {
      name: 'rank in +Inf gives the highest finite bound',
      bounds: [0.1, 1, INF],
      counts: [1, 1, 8],
      q: 0.9,
      expected: 1,
    },
    { name: 'p99 of a long tail', bounds: [1, 2, 4, INF], counts: [90, 8, 2, 0], q: 0.99, expected: 3 },
    { name: 'no observation is unknown', bounds: [1, INF], counts: [0, 0], q: 0.5, expected: null },
    { name: 'no +Inf bucket is unknown', bounds: [1, 2], counts: [1, 1], q: 0.5, expected: null },
    { name: 'one bucket is unknown', bounds: [INF], counts: [5], q: 0.5, expected: null },
  ];
  it.each(cases)('$name', ({ bounds, counts, q, expected }) => {
    const value = bucketQuantile(q, { bounds, counts });
    if (expected === null) expect(value).toBeNull();
    else expect(value).toBeCloseTo(expected, 9);
  });
});

describe('merging', () => {
  it('sums by le where layouts are the same', () => {
    const merged = mergeBuckets([
      { bounds: [1, 2, INF], counts: [1, 2, 3] },
      { bounds: [1, 2, INF], counts: [10, 20, 30] },
    ]);
    expect(merged).toEqual({ bounds: [1, 2, INF], counts: [11, 22, 33] });
  });

  it('keeps only the bounds that all have where layouts differ, by value and not by position', () => {
    const merged = mergeBuckets([
      { bounds: [1, 2, 4, INF], counts: [1, 1, 1, 1] },
      { bounds: [2, 4, 8, INF], counts: [5, 5, 5, 5] },
    ]);
    expect(merged).toEqual({ bounds: [2, 4, INF], counts: [7, 6, 11] });
  });

  it('an empty window does not coarsen the others', () => {
    const merged = mergeBuckets([
      { bounds: [1, 2, INF], counts: [1, 1, 0] },
      { bounds: [5, INF], counts: [0, 0] },
    ]);
    expect(merged?.bounds).toEqual([1, 2, INF]);
  });
});

describe('share below a limit', () => {
  it('is exact at a bucket bound', () => {
    expect(shareBelow(1, { bounds: [0.5, 1, INF], counts: [2, 2, 4] })).toEqual({
      estimate: 0.5,
      atLeast: 0.5,
      atMost: 0.5,
    });
  });
  it('says what the buckets prove between two bounds', () => {
    expect(shareBelow(0.75, { bounds: [0.5, 1, INF], counts: [2, 2, 4] })).toEqual({
      estimate: 0.375,
      atLeast: 0.25,
      atMost: 0.5,
    });
  });
  it('is unknown without observations', () => {
    expect(shareBelow(1, { bounds: [1, INF], counts: [0, 0] })).toBeNull();
  });
});

it('the highest bound used skips the empty tail and never is infinite', () => {
  expect(highestBound({ bounds: [1, 2, 4, INF], counts: [1, 1, 0, 0] })).toBe(2);
  expect(highestBound({ bounds: [1, 2, 4, INF], counts: [1, 1, 0, 3] })).toBe(4);
  expect(highestBound({ bounds: [1, INF], counts: [0, 0] })).toBeNull();
});
