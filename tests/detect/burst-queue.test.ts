import { expect, test } from 'vitest';
import { drawCase, playCase } from '#tests/bench/burst/burst-case.ts';
import { burstsOfSteady, STEADY_LOADS } from '#tests/bench/burst/steady-days.ts';

test.each([5000, 5001, 5002, 5003, 5004, 5005])(
  'the burst on queue %i is found, its recovery within a poll of the simulated one (the bench plays 200)',
  (seed) => {
    const { bursts, errorMs } = playCase(drawCase(seed), 1000, seed % 1000);
    expect(bursts).toHaveLength(1);
    expect(Math.abs(errorMs ?? Number.NaN)).toBeLessThanOrEqual(1000);
  },
);

test.each(STEADY_LOADS)('no burst in an hour of $name (the bench plays days)', (load) => {
  expect(burstsOfSteady(load, 10, 1, 5000)).toEqual([]);
});
