import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mannKendall } from '#lib/detect/hamed-rao-mann-kendall.ts';
import { normalTail } from '#lib/detect/normal-tail.ts';
import { median, selectKth } from '#lib/detect/order-statistics.ts';
import { theilSen } from '#lib/detect/theil-sen.ts';
import { timeToLimit } from '#lib/detect/time-to-limit.ts';
import { Random } from '#lib/simulator/random.ts';

const of = (...values: readonly number[]): Float64Array => Float64Array.from(values);

describe('order statistics', () => {
  it('the k-th smallest is that of the sorted values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.nat(), (values, at) => {
        const k = at % values.length;
        expect(selectKth(Float64Array.from(values), k)).toBe(values.toSorted((a, b) => a - b)[k]);
      }),
    );
  });
  it('medians', () => {
    expect(median([])).toBeNull();
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});

describe('the normal tail', () => {
  // Abramowitz and Stegun, table 26.1.
  it.each([
    [0, 0.5],
    [1, 0.158655254],
    [1.959964, 0.025],
    [2.326348, 0.01],
    [5, 2.866516e-7],
    [-1, 0.841344746],
  ])('above %d', (z, p) => expect(normalTail(z) / p).toBeCloseTo(1, 5));
});

describe('Mann–Kendall', () => {
  it.each([
    // Counting orders: 1/24, 1/120, 9 of 120 with S >= 6.
    ['four that rise', of(1, 2, 3, 4), 6, 1 / 24],
    ['five that rise', of(1, 2, 3, 4, 5), 10, 1 / 120],
    ['five, two pairs the wrong way', of(2, 1, 3, 5, 4), 6, 14 / 120],
    ['five that fall', of(5, 4, 3, 2, 1), -10, 1],
  ])('exact: %s', (_, values, s, pValue) => {
    const test = mannKendall(values, values, 0);
    expect(test.s).toBe(s);
    expect(test.pValue).toBeCloseTo(pValue, 12);
  });

  it('ties lower the variance: n = 12 with a group of three', () => {
    const values = of(1, 2, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    const plain = (12 * 11 * 29 - 3 * 2 * 11) / 18;
    const white = of(1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1);
    expect(mannKendall(values, white, 0).variance).toBeCloseTo(plain, 9);
  });

  it('autocorrelated values without a trend are seldom called one, white ones as often as p says', () => {
    const alarms = (rho: number): number => {
      let count = 0;
      for (let seed = 0; seed < 400; seed += 1) {
        const random = new Random(seed + 77);
        let value = 0;
        const values = Float64Array.from({ length: 60 }, () => {
          value = rho * value + random.normal();
          return value;
        });
        if (mannKendall(values, values, 0).pValue < 0.05) count += 1;
      }
      return count / 400;
    };
    expect(alarms(0)).toBeLessThan(0.08);
    expect(alarms(0)).toBeGreaterThan(0.015);
    expect(alarms(0.7)).toBeLessThan(0.12);
  });

  it('values over a step are not compared', () => {
    const values = of(1, 2, 3, 101, 102, 103);
    expect(mannKendall(values, values, 3).s).toBe(6);
    expect(mannKendall(values, values, 0).s).toBe(15);
  });
});

describe('Theil–Sen', () => {
  it('29 % of outliers do not move it', () => {
    const times = Float64Array.from({ length: 20 }, (_, i) => i);
    const values = times.map((time) => 3 * time + (time % 5 === 4 ? 1000 : 0));
    expect(theilSen(times, values, 0, () => 950)?.estimate).toBeCloseTo(3, 9);
  });

  it("Sen's own bounds: ranks of the sorted slopes", () => {
    const times = of(0, 1, 2, 3);
    const values = of(0, 2, 3, 6);
    // Slopes 2, 1.5, 2, 1, 2, 3; C = 1.96 × √(4·3·13/18) = 5.77, so the bounds are the smallest and the largest.
    expect(theilSen(times, values, 0, () => (4 * 3 * 13) / 18)).toEqual({ estimate: 2, low: 1, high: 3 });
  });

  it('one time is no slope', () => {
    expect(theilSen(of(1), of(5), 0, () => 0)).toBeNull();
    expect(theilSen(of(1, 1), of(5, 6), 0, () => 0)).toBeNull();
  });
});

describe('time to the limit', () => {
  const HOUR_MS = 3_600_000;
  const slope = { estimate: 50, low: 25, high: 100 };
  it.each([
    [
      'an interval',
      1000,
      slope,
      0,
      { known: true, expectedMs: 10 * HOUR_MS, earliestMs: 5 * HOUR_MS, latestMs: 20 * HOUR_MS },
    ],
    [
      'counted from now',
      1000,
      slope,
      HOUR_MS,
      { known: true, expectedMs: 9 * HOUR_MS, earliestMs: 4 * HOUR_MS, latestMs: 19 * HOUR_MS },
    ],
    ['over it already', 400, slope, 0, { known: true, expectedMs: 0, earliestMs: 0, latestMs: 0 }],
    [
      'perhaps never',
      1000,
      { ...slope, low: -1 },
      0,
      { known: true, expectedMs: 10 * HOUR_MS, earliestMs: 5 * HOUR_MS, latestMs: null },
    ],
    ['no limit', null, slope, 0, { known: false, reason: 'the limit is not known' }],
    ['falls', 1000, { estimate: -1, low: -2, high: 0 }, 0, { known: false, reason: 'it does not grow' }],
  ] as const)('%s', (_, limit, interval, sinceMs, expected) => {
    expect(timeToLimit(limit, 500, interval, sinceMs)).toEqual(expected);
  });
});
