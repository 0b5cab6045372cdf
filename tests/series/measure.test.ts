import { describe, expect, it } from 'vitest';
import {
  combineFleet,
  exactly,
  measureHistogram,
  measureOverBaseline,
  measureRatio,
  UNKNOWN,
} from '#lib/series/measure.ts';

const INF = Number.POSITIVE_INFINITY;
const ratio = (whenBothZero: number | null) =>
  ({ type: 'increase-ratio', numerator: ['prefix_hits'], denominator: ['prefix_queries'], whenBothZero }) as const;

describe('ratios', () => {
  it('0 of 0 is what the signal says: unknown for hits, zero for evictions', () => {
    expect(measureRatio(ratio(null), 0, 0)).toEqual(exactly(null));
    expect(measureRatio(ratio(0), 0, 0)).toEqual(exactly(0));
  });
  it('something of nothing is unknown, and so is a missing side', () => {
    expect(measureRatio(ratio(0), 3, 0)).toEqual(exactly(null));
    expect(measureRatio(ratio(0), null, 5)).toEqual(UNKNOWN);
  });
});

describe('fleet numbers', () => {
  it('two engines at 40 % KV are 40 %, never 80 %', () => {
    const both = combineFleet('mean', [exactly(0.4), exactly(0.4)]);
    expect(both).toEqual({ mean: 0.4, min: 0.4, max: 0.4 });
  });
  it('keep the fullest engine as the upper edge', () => {
    expect(combineFleet('mean', [exactly(0.1), exactly(0.9)]).max).toBe(0.9);
  });
  it('leave unknown subjects out instead of counting them as zero', () => {
    expect(combineFleet('sum', [exactly(5), UNKNOWN])).toEqual(exactly(5));
    expect(combineFleet('mean', [UNKNOWN])).toEqual(UNKNOWN);
  });
});

describe('against the baseline', () => {
  const rate = { mean: 101, min: 50, max: 303 };
  it('is a multiple for bursts', () => {
    expect(measureOverBaseline(rate, 202, 'multiple')).toEqual({ mean: 0.5, min: 50 / 202, max: 1.5 });
  });
  it('is a drop for throughput, its best moment the smallest drop', () => {
    const drop = measureOverBaseline(rate, 202, 'drop');
    expect(drop.mean).toBe(0.5);
    expect(drop.min).toBe(0);
    expect(drop.max).toBeCloseTo(0.7525, 4);
  });
  it('is unknown while the baseline is being learned', () => {
    expect(measureOverBaseline(rate, null, 'drop')).toEqual(UNKNOWN);
  });
});

describe('joint goodput', () => {
  it('is an interval, since marginals cannot give the joint share', () => {
    const windows = new Map([
      ['ttft_s', { parts: [{ bounds: [1, INF], counts: [80, 20] }], sum: 1 }],
      ['itl_s', { parts: [{ bounds: [0.1, INF], counts: [70, 30] }], sum: 1 }],
    ]);
    const compute = {
      type: 'joint-fraction-below',
      parts: [
        { histogram: 'ttft_s', bound: 1 },
        { histogram: 'itl_s', bound: 0.1 },
      ],
    } as const;
    const share = measureHistogram(compute, (name) => windows.get(name));
    expect(share.min).toBeCloseTo(0.5, 9);
    expect(share.max).toBeCloseTo(0.7, 9);
  });
});
