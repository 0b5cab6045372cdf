import { describe, expect, it } from 'vitest';
import type { Slo } from '#lib/metrics/slo.ts';
import { countAgainst, measureSlo, type SloCounts } from '#lib/series/measure-slo.ts';

const INF = Number.POSITIVE_INFINITY;
const slo = (bounds: Partial<Record<'ttft' | 'tpot', number>>, objective = 0.99): Slo => ({
  parts: Object.entries(bounds).map(([name, bound]) => ({
    name: name as 'ttft' | 'tpot',
    histogram: `${name as 'ttft' | 'tpot'}_s`,
    bound,
  })),
  requestsPerSecond: null,
  objective,
  windowMs: 30 * 86_400_000,
  promisedBy: 'stated',
});
/** TTFT up to 0.25, 0.5, 1 and above; TPOT up to 0.05 and above. */
const windows =
  (ttft: readonly number[] | null, tpot: readonly number[] | null = null) =>
  (name: string) => {
    const [counts, bounds] = name === 'ttft_s' ? [ttft, [0.25, 0.5, 1, INF]] : [tpot, [0.05, INF]];
    return { parts: counts === null ? [] : [{ bounds, counts }], sum: null };
  };
const counted = (promise: Slo, ...of: Parameters<typeof windows>): SloCounts => {
  const counts = countAgainst(promise, windows(...of));
  if (counts === null) throw new Error('nothing counted');
  return counts;
};

describe('requests against a promise', () => {
  it('are exact at a bucket bound', () => {
    const counts = counted(slo({ ttft: 0.5 }), [900, 80, 15, 5]);
    expect(counts).toMatchObject({ requests: 1000, isComplete: true });
    expect(counts.slowAtLeast).toBeCloseTo(20, 9);
    expect(counts.slowAtMost).toBeCloseTo(20, 9);
    expect(measureSlo('burn', [counts]).mean).toBeCloseTo(2, 9);
    expect(measureSlo('slow', [counts]).mean).toBeCloseTo(20, 9);
    expect(measureSlo('goodput', [counts]).mean).toBeCloseTo(0.98, 9);
  });

  it('between two bounds only what is above the upper one is proven slow', () => {
    const burn = measureSlo('burn', [counted(slo({ ttft: 0.3 }), [900, 80, 15, 5])]);
    expect(burn.mean).toBeCloseTo(2, 9);
    expect(burn.max).toBeCloseTo(10, 9);
    const goodput = measureSlo('goodput', [counted(slo({ ttft: 0.3 }), [900, 80, 15, 5])]);
    expect([goodput.min, goodput.max].map((value) => value?.toFixed(3))).toEqual(['0.900', '0.980']);
  });

  it('of two latencies the worst is the least that is slow, their sum the most', () => {
    const counts = counted(slo({ ttft: 0.5, tpot: 0.05 }), [900, 70, 20, 10], [950, 50]);
    expect(counts.slowAtLeast).toBeCloseTo(50, 9);
    expect(counts.slowAtMost).toBeCloseTo(80, 9);
    const goodput = measureSlo('goodput', [counts]);
    expect([goodput.min, goodput.max].map((value) => value?.toFixed(3))).toEqual(['0.920', '0.950']);
  });

  it('a latency that this version does not show leaves the other proven and the edge open', () => {
    const counts = counted(slo({ ttft: 0.5, tpot: 0.05 }), [900, 70, 20, 10]);
    expect(measureSlo('burn', [counts])).toMatchObject({ mean: expect.closeTo(3, 9), max: null });
    expect(measureSlo('goodput', [counts]).mean).toBeNull();
  });

  it('a latency below the lowest bucket is unknown, not kept, unless what is above the bucket breaks the promise', () => {
    const early = counted(slo({ ttft: 0.1 }), [995, 5, 0, 0]);
    expect(measureSlo('burn', [early]).mean).toBeNull();
    expect(measureSlo('budget-left', [early]).mean).toBeNull();
    expect(measureSlo('requests', [early]).mean).toBe(1000);
    expect(measureSlo('burn', [counted(slo({ ttft: 0.1 }), [900, 100, 0, 0])]).mean).toBeCloseTo(10, 9);
  });

  it('no request burns nothing that is known; the budget is whole; no rows are unknown', () => {
    const none = counted(slo({ ttft: 0.5 }), [0, 0, 0, 0]);
    expect(measureSlo('burn', [none]).mean).toBeNull();
    expect(measureSlo('requests', [none]).mean).toBe(0);
    expect(measureSlo('slow', [none]).mean).toBe(0);
    expect(measureSlo('budget-left', [none]).mean).toBe(1);
    expect(countAgainst(slo({ ttft: 0.5 }), windows(null))).toBeNull();
    expect(measureSlo('requests', []).mean).toBeNull();
  });

  it('engines with different objectives spend one budget together, weighted by requests', () => {
    const strict = counted(slo({ ttft: 0.5 }, 0.999), [1000, 0, 0, 0]);
    const broken = counted(slo({ ttft: 0.5 }, 0.99), [0, 0, 1000, 0]);
    // 1000 slow of 1 + 10 allowed.
    expect(measureSlo('burn', [strict, broken]).mean).toBeCloseTo(1000 / 11, 6);
    expect(measureSlo('budget-left', [strict, broken]).mean).toBeCloseTo(1 - 1000 / 11, 6);
  });
});
