import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  absoluteRange,
  DEFAULT_RANGE,
  parseRange,
  presetOf,
  rangePatch,
  refreshMsOf,
  relativeRange,
  resolveRange,
  shiftRange,
  typedInstant,
  zoomOutRange,
} from '#lib/client/range-state.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const parse = (query: string) => parseRange(new URLSearchParams(query), NOW);

describe('reading the range from the URL', () => {
  test.each([
    ['', DEFAULT_RANGE],
    ['from=now-6h', { from: 'now-6h', to: 'now', refresh: '5s' }],
    ['from=now-6h&to=now-1h&refresh=off', { from: 'now-6h', to: 'now-1h', refresh: 'off' }],
    [
      'from=2026-11-22T10:00:00Z&to=1795348800000',
      { from: '2026-11-22T10:00:00Z', to: '1795348800000', refresh: '5s' },
    ],
    ['from=yesterdayish', DEFAULT_RANGE],
    ['from=now&to=now-1h', DEFAULT_RANGE],
    ['refresh=whenever', DEFAULT_RANGE],
    ['from=<script>&to=%00', DEFAULT_RANGE],
  ])('%s', (query, expected) => {
    expect(parse(query)).toEqual(expected);
  });

  test('a relative range stays relative in the URL', () => {
    expect(rangePatch(relativeRange(6 * 3_600_000, '5s'))).toEqual({ from: 'now-6h', to: 'now', refresh: null });
  });

  test('the default leaves the URL clean', () => {
    expect(rangePatch(DEFAULT_RANGE)).toEqual({ from: null, to: null, refresh: null });
  });
});

describe('a time as it is typed', () => {
  beforeAll(() => void vi.stubEnv('TZ', 'Europe/Berlin'));
  afterAll(() => void vi.unstubAllEnvs());
  test.each([
    ['2026-11-22 13:05', false, '2026-11-22T12:05:00Z'],
    ['2026-07-22T13:05:30', false, '2026-07-22T11:05:30Z'],
    ['2026-07-22', false, '2026-07-21T22:00:00Z'],
    ['2026-10-25 01:30', false, '2026-10-24T23:30:00Z'],
    ['2026-10-25 03:30', false, '2026-10-25T02:30:00Z'],
    ['2026-11-22 13:05', true, '2026-11-22 13:05'],
    ['2026-11-22 13:05Z', false, '2026-11-22 13:05Z'],
    [' now-6h ', false, 'now-6h'],
    ['1795348800000', false, '1795348800000'],
    ['soon', false, null],
    ['2026-02-30 10:00', false, null],
  ])('%s, UTC %s: %s', (text, utc, expected) => expect(typedInstant(text, NOW, utc)).toBe(expected));
});

describe('live', () => {
  test.each([
    ['from=now-1h', 5000],
    ['refresh=1m', 60_000],
    ['refresh=off', false],
    ['from=2026-11-22T10:00:00Z&to=2026-11-22T11:00:00Z', false],
  ])('%s polls every %s ms', (query, expected) => {
    expect(refreshMsOf(parse(query))).toBe(expected);
  });
});

describe('moving', () => {
  test('back makes it absolute, half a window earlier', () => {
    expect(shiftRange(parse('from=now-1h'), -1, NOW)).toEqual({
      from: '2026-11-22T10:30:00Z',
      to: '2026-11-22T11:30:00Z',
      refresh: '5s',
    });
  });

  test('forward into the future goes live again, since nothing can be there', () => {
    expect(shiftRange(parse('from=2026-11-22T10:30:00Z&to=2026-11-22T11:30:00Z'), 1, NOW)).toEqual(DEFAULT_RANGE);
  });

  test('zooming out keeps live live and doubles the width', () => {
    expect(zoomOutRange(parse('from=now-6h'), NOW)).toEqual({ from: 'now-12h', to: 'now', refresh: '5s' });
  });

  test('zooming out of an absolute range keeps its middle', () => {
    const { fromMs, toMs } = resolveRange(
      zoomOutRange(parse('from=2026-11-22T08:00:00Z&to=2026-11-22T09:00:00Z'), NOW),
      NOW,
    );
    expect(toMs - fromMs).toBe(2 * 3_600_000);
    expect((fromMs + toMs) / 2).toBe(Date.parse('2026-11-22T08:30:00Z'));
  });

  test('a drag of a few pixels never gives a range without a bucket', () => {
    const { fromMs, toMs } = resolveRange(absoluteRange(NOW, NOW + 1, '5s'), NOW + 60_000);
    expect(toMs - fromMs).toBe(10_000);
  });

  test('presets are recognised only while they follow the clock', () => {
    expect(presetOf(parse('from=now-24h'))).toBe('24h');
    expect(presetOf(parse('from=now-24h&to=now-1h'))).toBeNull();
  });
});
