import { describe, expect, test } from 'vitest';
import { AlertsQuery, BulkAckInput } from '#lib/api/alerts.ts';
import {
  filterBody,
  filterOf,
  filterQuery,
  narrowings,
  parseAlertView,
  readableMatch,
  toggleMatch,
} from '#lib/client/alert-filter.ts';

const view = (query: string) => parseAlertView(new URLSearchParams(query));

describe('the list of alerts is its URL', () => {
  test('every filter is read', () => {
    expect(
      view('state=firing,pending&severity=critical&handling=open&rule=KvHigh&target=3&owner=K.&match=host%3Dgpu-01'),
    ).toEqual({
      states: ['pending', 'firing'],
      severities: ['critical'],
      handlings: ['open'],
      rule: 'KvHigh',
      target: '3',
      owner: 'K.',
      match: 'host=gpu-01',
      within: '24h',
    });
  });

  test.each(['', 'state=nonsense', 'severity=,', 'target=abc', 'within=for-ever'])(
    '%j narrows nothing instead of failing',
    (query) => {
      expect(filterOf(view(query))).toEqual({});
      expect(narrowings(view(query))).toBe(0);
    },
  );

  test('resolved ones are asked for with an end of the past, or they would be all of history', () => {
    expect(filterOf(view('state=resolved'))).toEqual({ state: ['resolved'], from: 'now-24h' });
    expect(filterOf(view('state=resolved&within=7d')).from).toBe('now-7d');
    expect(filterOf(view('state=firing&within=7d')).from).toBeUndefined();
  });

  test.each([
    'state=firing,recovering&severity=critical,warning',
    'target=7&match=host%3Dgpu-01%2C+rule%3DKv*',
    'owner=%C5%81ukasz&rule=KvHigh',
    'state=resolved',
  ])('the API reads back what is asked for %s', (query) => {
    const filter = filterOf(view(query));
    const { limit: _limit, ...asked } = AlertsQuery.parse(Object.fromEntries(filterQuery(filter)));
    expect(asked).toEqual(filter);
    expect(BulkAckInput.parse({ filter: filterBody(filter), note: '' }).filter).toEqual(filter);
  });
});

describe('matchers while they are typed', () => {
  test('what is complete narrows, what is not is named', () => {
    expect(readableMatch('host=gpu-01, rul')).toMatchObject({
      match: 'host=gpu-01',
      error: expect.stringContaining('rul'),
    });
    expect(readableMatch('host=gpu-01')).toEqual({ match: 'host=gpu-01', error: null });
    expect(readableMatch('subject="a, b", x')).toMatchObject({ match: 'subject="a, b"' });
  });

  test('a label is added, replaced and taken away', () => {
    expect(toggleMatch('', 'host', 'gpu-01')).toBe('host=gpu-01');
    expect(toggleMatch('host=gpu-02, rule=Kv*', 'host', 'gpu-01')).toBe('rule=Kv*, host=gpu-01');
    expect(toggleMatch('rule=Kv*, host=gpu-01', 'host', 'gpu-01')).toBe('rule=Kv*');
    expect(toggleMatch('', 'subject', 'qwen-a · Qwen')).toBe('subject="qwen-a · Qwen"');
  });
});
