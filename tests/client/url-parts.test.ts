import { describe, expect, test } from 'vitest';
import { pressKey } from '#lib/client/shortcuts.ts';
import { parsePick, pickText, togglePick } from '#lib/client/subject-pick.ts';
import { nextSort, parseSort, sortRows } from '#lib/client/table-state.ts';

describe('picked subjects', () => {
  const few = [1, 2, 3];
  const many = Array.from({ length: 12 }, (_, index) => index + 1);

  test.each([
    ['', few, '1,2,3'],
    ['', many, 'fleet'],
    ['fleet', few, 'fleet'],
    ['2', few, '2'],
    ['2,99,x', few, '2'],
    ['99', many, 'fleet'],
    [many.join(','), many, '1,2,3,4,5,6,7,8'],
  ])('%s of %j gives %s', (text, known, expected) => {
    expect(pickText(parsePick(text, known))).toBe(expected);
  });

  test('the last one switched off shows the fleet', () => {
    expect(togglePick({ type: 'subjects', ids: [4] }, 4)).toEqual({ type: 'fleet' });
  });
});

describe('sorting', () => {
  test('unknown values are last in both directions', () => {
    const rows = [{ v: 2 }, { v: null }, { v: 5 }];
    expect(sortRows(rows, ({ v }) => v, true).map(({ v }) => v)).toEqual([5, 2, null]);
    expect(sortRows(rows, ({ v }) => v, false).map(({ v }) => v)).toEqual([2, 5, null]);
  });

  test('names sort as people count', () => {
    expect(sortRows(['gpu-10', 'gpu-9'], (name) => name, false)).toEqual(['gpu-9', 'gpu-10']);
  });

  test('a column nobody knows gives the fallback', () => {
    expect(parseSort('-constructor', ['kv'], { column: 'kv', descending: true })).toEqual({
      column: 'kv',
      descending: true,
    });
  });

  test('numbers start with the highest', () => {
    expect(nextSort({ column: 'name', descending: false }, 'kv', true)).toEqual({ column: 'kv', descending: true });
  });
});

describe('keys', () => {
  test('a chord needs its second key within a second', () => {
    const first = pressKey(null, 'g', 0);
    expect(first.action).toBeNull();
    expect(pressKey(first.pending, 'k', 900).action).toEqual({ type: 'go', path: '/kv-cache' });
    expect(pressKey(first.pending, 'k', 1100).action).toBeNull();
  });

  test('a key that ends no chord still works alone', () => {
    expect(pressKey({ key: 'g', atMs: 0 }, '.', 100).action).toEqual({ type: 'live' });
  });
});
