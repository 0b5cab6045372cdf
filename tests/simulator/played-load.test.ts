import { expect, test } from 'vitest';
import { type Load, loadAt, playedLoadAt } from '#lib/simulator/load.ts';

const WAVE: Load = {
  kind: 'wave',
  spacing: { kind: 'regular' },
  baseRps: 202,
  swing: 0.2,
  periodS: 600,
  burst: { everyS: 60, offsetS: 0, lastsS: 30, multiplier: 2.5 },
};
const PLAYED = { startS: 1000, phaseS: 10, multiples: [1, 10, 1, 10] };
const rpsAt = (timeS: number) => playedLoadAt(WAVE, PLAYED, timeS).rps;

test('a played burst is the report’s: the engine’s own swings and bursts stay out of it and of what follows it', () => {
  expect([1000, 1011, 1025, 1035].map(rpsAt)).toEqual([202, 2020, 202, 2020]);
  expect([1041, 1080, 1139].map(rpsAt)).toEqual([202, 202, 202]);
});

test('before it, and once its end is well past, the engine has its own load', () => {
  for (const timeS of [0, 999, 1161, 2000]) expect(rpsAt(timeS)).toBe(loadAt(WAVE, timeS).rps);
});
