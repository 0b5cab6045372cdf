import { describe, expect, test } from 'vitest';
import { chooseFast, type FastReason, type FastTarget } from '#lib/target/fast-polling.ts';

const SETTINGS = { intervalMs: 1000, holdMs: 120_000, maxTargets: 2 };
const NOTHING: ReadonlyMap<number, FastTarget> = new Map();
const wanted = (...pairs: [number, FastReason][]): Map<number, FastReason> => new Map(pairs);
const idsOf = (fast: ReadonlyMap<number, FastTarget>): number[] => [...fast.keys()].sort((a, b) => a - b);

test('fast while there is a reason and two minutes more, since its begin', () => {
  const first = chooseFast(NOTHING, wanted([1, 'burst']), SETTINGS, 1000);
  expect(first.get(1)).toEqual({ sinceMs: 1000, wantedAtMs: 1000, reason: 'burst' });
  const held = chooseFast(first, wanted(), SETTINGS, 120_000);
  expect(held.get(1)?.sinceMs).toBe(1000);
  const again = chooseFast(held, wanted([1, 'burst']), SETTINGS, 120_500);
  expect(again.get(1)).toEqual({ sinceMs: 1000, wantedAtMs: 120_500, reason: 'burst' });
  expect(idsOf(chooseFast(again, wanted(), SETTINGS, 240_499))).toEqual([1]);
  expect(idsOf(chooseFast(again, wanted(), SETTINGS, 240_500))).toEqual([]);
});

describe('beyond the limit', () => {
  test('who is fast already stays', () => {
    const two = chooseFast(NOTHING, wanted([7, 'burst'], [8, 'burst']), SETTINGS, 1000);
    expect(idsOf(chooseFast(two, wanted([1, 'burst'], [7, 'burst'], [8, 'burst']), SETTINGS, 2000))).toEqual([7, 8]);
  });

  test('a burst goes before a pending alert and before what is only held', () => {
    const two = chooseFast(NOTHING, wanted([7, 'pending alert'], [8, 'pending alert']), SETTINGS, 1000);
    expect(idsOf(chooseFast(two, wanted([1, 'burst'], [7, 'pending alert']), SETTINGS, 2000))).toContain(1);
    const bursts = chooseFast(NOTHING, wanted([7, 'burst'], [8, 'burst']), SETTINGS, 1000);
    expect(idsOf(chooseFast(bursts, wanted([1, 'burst']), SETTINGS, 2000))).toContain(1);
  });

  test('0 turns it off', () => {
    expect(idsOf(chooseFast(NOTHING, wanted([1, 'burst']), { ...SETTINGS, maxTargets: 0 }, 1000))).toEqual([]);
  });
});
