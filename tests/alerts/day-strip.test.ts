import { describe, expect, test } from 'vitest';
import { hourShares, intersectSpans } from '#lib/alerts/day-strip.ts';

const HOUR = 3_600_000;
const now = 100 * HOUR;

describe('the last day by the hour', () => {
  test('half an hour that just ended fills half of the last cell', () => {
    const shares = hourShares([{ fromMs: now - HOUR / 2, toMs: null }], 24, now);
    expect(shares).toHaveLength(24);
    expect(shares.at(-1)).toBe(0.5);
    expect(shares.slice(0, -1).every((share) => share === 0)).toBe(true);
  });

  test('what began before the day fills only the day', () => {
    expect(hourShares([{ fromMs: 0, toMs: null }], 24, now).every((share) => share === 1)).toBe(true);
  });

  test('overlapping episodes count once, and the future not at all', () => {
    const spans = [
      { fromMs: now - 2 * HOUR, toMs: now - HOUR },
      { fromMs: now - 1.5 * HOUR, toMs: now + HOUR },
    ];
    expect(hourShares(spans, 3, now)).toEqual([0, 1, 1]);
  });

  test('an ack counts only while the alert fired', () => {
    const firing = [{ fromMs: now - 2 * HOUR, toMs: now - HOUR }];
    expect(intersectSpans([{ fromMs: now - 1.5 * HOUR, toMs: null }], firing, now)).toEqual([
      { fromMs: now - 1.5 * HOUR, toMs: now - HOUR },
    ]);
    expect(intersectSpans([], firing, now)).toEqual([]);
  });
});
