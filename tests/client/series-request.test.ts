import { describe, expect, test } from 'vitest';
import type { SeriesAnswer } from '#lib/api/series.ts';
import { seriesPath, shareSeries } from '#lib/client/series-request.ts';

const answer = (mean: (number | null)[]): SeriesAnswer => ({
  from: 0,
  to: 20_000,
  stepMs: 10_000,
  tier: 'raw',
  series: [{ signal: 'queue_depth', unit: 'requests', subject: 1, t: [0, 10_000], mean, min: mean, max: mean }],
  marks: [],
  gaps: [],
  alerts: [],
  partial: { of: 1, missing: [] },
});

describe('sharing between polls', () => {
  test('equal arrays stay the same objects', () => {
    const before = answer([1, null]);
    const shared = shareSeries(before, answer([1, null]));
    expect(shared.series[0]?.mean).toBe(before.series[0]?.mean);
  });

  test('a value that became known is a change', () => {
    const before = answer([1, null]);
    expect(shareSeries(before, answer([1, 2])).series[0]?.mean).toEqual([1, 2]);
  });

  // A placeholder passes through at every render; a new object each time would render for ever.
  test('the same answer is the same object', () => {
    const before = answer([1, null]);
    expect(shareSeries(before, before)).toBe(before);
  });
});

test('the request is the same text while the range is relative, so it is asked once', () => {
  const wanted = {
    signals: ['a', 'b'],
    subjects: [3, 1],
    from: 'now-1h',
    to: 'now',
    points: 240,
    group: 'subject',
  } as const;
  expect(seriesPath(wanted)).toBe(
    '/series?signals=a%2Cb&from=now-1h&to=now&points=240&group=subject&subject=3&subject=1',
  );
});
