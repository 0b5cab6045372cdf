import { expect, test } from 'vitest';
import { burstQueue, burstRates } from '#components/bursts/burst-chart-data.ts';
import type { BurstDetail } from '#lib/api/bursts.ts';
import { BURST_CASES } from '#lib/simulator/scenarios-burst.ts';
import { burstsIn, playPolls } from '#tests/play-burst.ts';

const START_MS = 1_800_000_000_000;

function detailOf(points: BurstDetail['points']): BurstDetail {
  const [spike] = BURST_CASES;
  const [burst] = spike === undefined ? [] : burstsIn(playPolls(spike, 100, 1), null);
  if (burst === undefined) throw new Error('no burst');
  return {
    ...{ id: 1, subject: { id: 1, name: 'engine' }, vramFloor: null, points },
    burst: { ...burst, signals: [...burst.signals] },
  };
}

const at = (...seconds: number[]): number[] => seconds.map((second) => START_MS + second * 1000);

test('polls of five seconds and of one lie on one-second points, each over the time that it tells of', () => {
  const chart = burstRates(
    detailOf({
      t: at(0, 5, 10, 11, 12),
      arrivalRps: [null, 20, 100, 120, 110],
      servedRps: [null, 20, 30, 30, 30],
      waiting: [0, 0, 350, 440, 520],
    }),
  );
  expect(chart.stepMs).toBe(1000);
  expect(chart.series[0]?.t).toHaveLength(12);
  expect(chart.series[0]?.mean).toEqual([20, 20, 20, 20, 20, 100, 100, 100, 100, 100, 120, 110]);
});

test('a missed poll and an unknown value are gaps, not the last value', () => {
  const times = at(0, 1, 2, 3, 4, 5, 6, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45);
  const waiting = times.map((_, i) => (i === 3 ? null : i));
  const nothing = times.map(() => null);
  const chart = burstQueue(detailOf({ t: times, arrivalRps: nothing, servedRps: nothing, waiting }));
  expect(chart.series[0]?.mean.slice(0, 8)).toEqual([1, 2, null, 4, 5, 6, null, null]);
  expect(chart.series[0]?.mean[30]).toBe(8);
});

test('onset, end of the load and recovery are marked', () => {
  const detail = detailOf({ t: at(0, 1), arrivalRps: [1, 1], servedRps: [1, 1], waiting: [0, 0] });
  expect(burstRates(detail).marks.map(({ text }) => text)).toEqual([
    'burst began',
    'load ended',
    'queue drained, recovered',
  ]);
});
