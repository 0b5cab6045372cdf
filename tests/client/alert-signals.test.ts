import { describe, expect, test } from 'vitest';
import { addNews, firingOf, newsBetween, newsText } from '#lib/client/alert-news.ts';
import { faviconHref, titleWithCount } from '#lib/client/favicon.ts';
import { alertVerdicts } from '#lib/client/fleet-verdict.ts';
import { endMs, localFieldMs, localFieldText, nextMorningMs } from '#lib/client/quiet-times.ts';
import { stripSummary } from '#lib/client/strip-words.ts';
import { alertSummary } from '#tests/client/alert-summary.ts';

describe('news of alerts', () => {
  const before = firingOf([
    alertSummary({ id: 1 }),
    alertSummary({ id: 2 }),
    alertSummary({ id: 9, state: 'pending' }),
  ]);
  const after = firingOf([alertSummary({ id: 2 }), alertSummary({ id: 3 }), alertSummary({ id: 4, severity: 'info' })]);

  test('are counts, with critical ones named', () => {
    expect(newsText(newsBetween(before, after, true))).toBe('2 new alerts, 1 critical; 1 resolved');
  });

  test('a list that is not complete resolves nothing', () => {
    expect(newsText(newsBetween(before, after, false))).toBe('2 new alerts, 1 critical');
  });

  test('add up while the reader is spared, and say nothing when nothing happened', () => {
    const one = newsBetween(before, after, true);
    expect(addNews(one, one)).toEqual({ fresh: 4, critical: 2, resolved: 2 });
    expect(newsText(newsBetween(after, after, true))).toBe('');
  });
});

describe('tab', () => {
  test('the number is put before any title once', () => {
    expect(titleWithCount('KV cache · Headroom', 3)).toBe('(3) KV cache · Headroom');
    expect(titleWithCount('(3) KV cache · Headroom', 4)).toBe('(4) KV cache · Headroom');
    expect(titleWithCount('(3) KV cache · Headroom', 0)).toBe('KV cache · Headroom');
  });

  test('the icon has room for the number', () => {
    expect(decodeURIComponent(faviconHref(7))).toContain('>7</text>');
    expect(decodeURIComponent(faviconHref(15_000))).toContain('>99+</text>');
  });
});

describe('fleet line', () => {
  test.each([
    [{ firing: 0, unacked: 0, bySeverity: {} }, 'No alert fires', 'safe'],
    [{ firing: 1, unacked: 1, bySeverity: { critical: 1 } }, '1 alert fires, 1 critical: nobody has it', 'danger'],
    [{ firing: 3, unacked: 0, bySeverity: { warning: 3 } }, '3 alerts fire: all are acknowledged', 'warning'],
    [{ firing: 3, unacked: 2, bySeverity: { warning: 3 } }, '3 alerts fire: 2 nobody has', 'warning'],
  ])('%j', (counts, text, level) => {
    expect(alertVerdicts(counts)).toMatchObject([{ text, level }]);
  });

  test('unknown counts are not "no alert"', () => {
    expect(alertVerdicts(undefined)).toEqual([]);
  });
});

describe('ends of silences', () => {
  const evening = new Date(2026, 10, 24, 22, 15).getTime();

  test('the next 09:00 on the clock of the viewer', () => {
    expect(nextMorningMs(evening)).toBe(new Date(2026, 10, 25, 9).getTime());
    expect(nextMorningMs(new Date(2026, 10, 24, 3).getTime())).toBe(new Date(2026, 10, 24, 9).getTime());
    expect(nextMorningMs(new Date(2026, 10, 24, 8, 45).getTime())).toBe(new Date(2026, 10, 25, 9).getTime());
  });

  test('a typed end must be whole and ahead', () => {
    expect(endMs('custom', '', evening)).toBeNull();
    expect(endMs('custom', '2026-11-24T21:00', evening)).toBeNull();
    expect(endMs('custom', '2026-11-24T23:00', evening)).toBe(new Date(2026, 10, 24, 23).getTime());
    expect(endMs('4h', '', evening)).toBe(evening + 4 * 3_600_000);
  });

  test('a field gives back what it was given', () => {
    expect(localFieldMs(localFieldText(evening))).toBe(evening);
  });
});

describe('strip in words', () => {
  const hours = (share: number) => [...new Array<number>(23).fill(0), share];
  test('says hours, time, and who had it', () => {
    expect(stripSummary({ firing: hours(0.5), acked: hours(0.25), muted: hours(0) })).toBe(
      'fired in 1 of the last 24 hours, 30 min in all, acked 15 min',
    );
    expect(stripSummary({ firing: hours(0), acked: hours(0), muted: hours(0) })).toBe(
      'did not fire in the last 24 hours',
    );
  });
});
