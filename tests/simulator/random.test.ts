import { describe, expect, test } from 'vitest';
import { Random, seedOf } from '#lib/simulator/random.ts';

const MANY = 40_000;

function moments(draw: () => number): { mean: number; variance: number } {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < MANY; i += 1) {
    const value = draw();
    sum += value;
    squares += value * value;
  }
  return { mean: sum / MANY, variance: squares / MANY - (sum / MANY) ** 2 };
}

describe('the generator', () => {
  test('gives the same numbers for the same seed and others for another', () => {
    const draws = (seed: number): number[] =>
      Array.from(
        { length: 20 },
        (
          (random) => () =>
            random.next()
        )(new Random(seed)),
      );
    expect(draws(7)).toEqual(draws(7));
    expect(draws(7)).not.toEqual(draws(8));
    expect(seedOf(1, 'a')).not.toBe(seedOf(1, 'b'));
    expect(seedOf(1, 'a')).not.toBe(seedOf(2, 'a'));
  });

  test.each([0.4, 3, 30, 400])('draws Poisson counts around %d', (mean) => {
    const random = new Random(1);
    const found = moments(() => random.poisson(mean));
    expect(found.mean / mean).toBeCloseTo(1, 1);
    expect(found.variance / mean).toBeCloseTo(1, 1);
  });

  test('makes clumps wider, not more', () => {
    const random = new Random(2);
    const found = moments(() => random.clumped(20, 2));
    expect(found.mean / 20).toBeCloseTo(1, 1);
    expect(found.variance / (20 + 200)).toBeCloseTo(1, 0);
  });

  test('keeps the mean of lognormal lengths and of rounding', () => {
    const random = new Random(3);
    expect(moments(() => random.lognormal(900, 0.7)).mean / 900).toBeCloseTo(1, 1);
    expect(moments(() => random.round(0.3)).mean).toBeCloseTo(0.3, 1);
  });
});
