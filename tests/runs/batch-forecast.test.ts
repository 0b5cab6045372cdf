import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addProgress, type ForecastInput, forecastBatch, type ProgressPoint } from '#lib/runs/batch-forecast.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Polls every 30 s that see `perMinute` requests done a minute. */
function steady(perMinute: number, minutes: number): ProgressPoint[] {
  return Array.from({ length: minutes * 2 + 1 }, (_, i) => ({ atMs: i * 30_000, done: (perMinute * i) / 2 }));
}

const forecast = (input: Partial<ForecastInput>) =>
  forecastBatch({ points: [], startedMs: null, total: 1000, expiresMs: 24 * HOUR, nowMs: 10 * MINUTE, ...input });

describe('the end of a batch is forecast from the slope of its counts', () => {
  it('a steady one: what is left at the rate of now', () => {
    const result = forecast({ points: steady(10, 10) });
    expect(result).toMatchObject({ progressRatio: 0.1, etaMs: 100 * MINUTE, etaFromMs: 100 * MINUTE, risk: 'on time' });
    expect(result.ratePerS).toBeCloseTo(10 / 60);
    expect(result.reason).toContain('22 h 20 min before its deadline');
  });

  it('one poll is enough where the server says when it began', () => {
    const point = { atMs: 10 * MINUTE, done: 100 };
    expect(forecast({ points: [point], startedMs: 0 }).etaMs).toBe(100 * MINUTE);
    expect(forecast({ points: [point] })).toMatchObject({ etaMs: null, risk: 'unknown', reason: /too few polls/ });
  });

  it('one that slows down is judged by its last half hour, with the range of what was seen', () => {
    const slow = steady(1, 40).map(({ atMs, done }) => ({ atMs: atMs + 30 * MINUTE, done: done + 300 }));
    const result = forecast({ points: [...steady(10, 30), ...slow.slice(1)], nowMs: 70 * MINUTE });
    expect(result.ratePerS).toBeCloseTo(1 / 60);
    expect(result.etaFromMs).toBeLessThan(result.etaMs ?? 0);
    expect(result.etaToMs).toBe(result.etaMs);
  });

  it('all done is done', () => {
    expect(forecast({ points: steady(100, 10) })).toMatchObject({ progressRatio: 1, etaMs: 10 * MINUTE });
  });
});

describe('its deadline', () => {
  it.each([
    ['late at the rate of now', { expiresMs: 90 * MINUTE }, 'late', /10 min after its deadline/],
    ['late once it is over', { expiresMs: 9 * MINUTE }, 'late', /over/],
    ['on time', { expiresMs: 101 * MINUTE }, 'on time', /1 min/],
    ['unknown without one', { expiresMs: null }, 'unknown', /no deadline/],
    ['unknown without counts', { total: null }, 'unknown', /does not count/],
    ['late without counts once it is over', { total: null, expiresMs: 9 * MINUTE }, 'late', /does not count/],
  ] as const)('%s', (_case, input, risk, reason) => {
    expect(forecast({ points: steady(10, 10), ...input })).toMatchObject({
      risk,
      reason: expect.stringMatching(reason),
    });
  });

  it('at risk where only the slowest rate misses it', () => {
    const points = [
      ...steady(5, 10),
      ...steady(20, 10).map((p) => ({ atMs: p.atMs + 10 * MINUTE, done: p.done + 50 })),
    ];
    const result = forecast({
      points: points.filter((p, i) => p.atMs > (points[i - 1]?.atMs ?? -1)),
      nowMs: 20 * MINUTE,
      expiresMs: 100 * MINUTE,
    });
    expect(result).toMatchObject({ risk: 'at risk', reason: expect.stringMatching(/slowest/) });
  });

  it('at risk where nothing moves any more', () => {
    const points = [...steady(10, 10), { atMs: 45 * MINUTE, done: 100 }];
    expect(forecast({ points, nowMs: 45 * MINUTE })).toMatchObject({
      etaMs: null,
      risk: 'at risk',
      reason: 'nothing was done for 35 min',
    });
  });
});

describe('progress is kept small and true', () => {
  const added = (points: readonly ProgressPoint[]) =>
    points.reduce<readonly ProgressPoint[]>((kept, point) => addProgress(kept, point), []);

  it('a count that stands still keeps its first and last time', () => {
    expect(added([1, 2, 3, 4].map((atMs) => ({ atMs, done: 7 })))).toEqual([
      { atMs: 1, done: 7 },
      { atMs: 4, done: 7 },
    ]);
  });

  it('a count that falls begins anew', () => {
    expect(
      added([
        { atMs: 1, done: 7 },
        { atMs: 2, done: 3 },
      ]),
    ).toEqual([{ atMs: 2, done: 3 }]);
  });

  it('a poll that is told twice counts once', () => {
    const points = [
      { atMs: 1, done: 7 },
      { atMs: 2, done: 9 },
    ];
    expect(added([...points, ...points])).toEqual(points);
  });

  it('a day of polls stays within 121 points, with the first and the last', () => {
    const points = added(steady(10, 24 * 60));
    expect(points.length).toBeLessThanOrEqual(121);
    expect([points[0]?.done, points.at(-1)?.done]).toEqual([0, 14_400]);
  });

  it('forecasts are never before now at a rate that is never negative', () => {
    const step = fc.record({ afterMs: fc.integer({ min: 1, max: 600_000 }), more: fc.integer({ min: 0, max: 50 }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        let point: ProgressPoint = { atMs: 0, done: 0 };
        const points = [point];
        for (const { afterMs, more } of steps) {
          point = { atMs: point.atMs + afterMs, done: point.done + more };
          points.push(point);
        }
        const result = forecastBatch({ points, startedMs: 0, total: 5000, expiresMs: null, nowMs: point.atMs });
        expect(result.ratePerS ?? 0).toBeGreaterThanOrEqual(0);
        expect(result.etaMs ?? point.atMs).toBeGreaterThanOrEqual(point.atMs);
        expect(result.etaFromMs ?? 0).toBeLessThanOrEqual(result.etaMs ?? Number.POSITIVE_INFINITY);
        expect(result.etaToMs ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(result.etaMs ?? 0);
      }),
    );
  });
});
