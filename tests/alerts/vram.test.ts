import { describe, expect, it } from 'vitest';
import { judgedVram } from '#lib/alerts/judged-vram.ts';
import { type VramMinute, vramFloor } from '#lib/detect/vram-floor.ts';

const GIB = 1024 ** 3;
const read = (signal: string) => ({ signal, aggregate: 'default', windowMs: 60_000 }) as const;
const above = (floorBytes: number | null) => ({ kind: 'above-floor', floorBytes }) as const;

describe('memory above the floor of an engine that reserves', () => {
  it.each<[string, string, number | null, number | null, number | null]>([
    ['an 80 GB card at its reservation is at 0 %', 'vram_utilization', 72 / 80, 72 * GIB, 0],
    ['half of what the floor leaves is 50 %', 'vram_utilization', 76 / 80, 72 * GIB, 0.5],
    ['under the floor is 0, not negative', 'vram_utilization', 60 / 80, 72 * GIB, 0],
    ['an unknown floor is unknown', 'vram_utilization', 76 / 80, null, null],
    ['peak counts from the floor', 'vram_peak', 75 * GIB, 72 * GIB, 3 * GIB],
    ['and so does what the card has', 'vram_total', 80 * GIB, 72 * GIB, 8 * GIB],
    ['other signals are as read', 'gpu_temperature', 70, 72 * GIB, 70],
    ['unknown stays unknown', 'vram_used', null, 72 * GIB, null],
  ])('%s', (_name, signal, value, floor, expected) => {
    const judged = judgedVram(read(signal), value, above(floor), 80 * GIB);
    if (expected === null) expect(judged).toBeNull();
    else expect(judged).toBeCloseTo(expected, 9);
  });
});

describe('the floor after a start', () => {
  const minutes = (...ranges: (readonly [number, number])[]): VramMinute[] =>
    ranges.map(([min, max], i) => ({ atMs: i * 60_000, minBytes: min * GIB, maxBytes: max * GIB }));
  const ramp = minutes([0, 10], [10, 20], [20, 20], [20, 20]);

  it('is where memory stands still for two minutes', () => expect(vramFloor(ramp, 0, 240_000)).toBe(20 * GIB));
  it('is not known while it still grows', () =>
    expect(vramFloor(minutes([0, 10], [10, 20], [20, 21]), 0, 180_000)).toBeNull());
  it('is not the pause before the weights are loaded', () =>
    expect(vramFloor(minutes([1, 1], [1, 20], [20, 20]), 0, 180_000)).toBeNull());
  it('of memory that never stands still is its lowest minute after ten', () => {
    const busy = minutes(...Array.from({ length: 12 }, (_, i) => [20 + (i % 3), 23] as const));
    expect(vramFloor(busy, 0, 720_000)).toBe(20 * GIB);
  });
});
