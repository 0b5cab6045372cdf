import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorFromText, cursorShapeText, cursorToText, cursorValuesToText } from '#lib/series/cursor-text.ts';
import type { Cursor } from '#lib/series/increments.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
// No quotes: fields are the catalog's, and JSON.parse of V8 13.6 takes a key of one quote for one backslash.
const name = fc.stringMatching(/^[a-z_]{1,8}$/).filter((text) => text !== '__proto__');
const histogram = fc
  .uniqueArray(finite, { maxLength: 8 })
  .map((bounds) => [...bounds.sort((a, b) => a - b), Number.POSITIVE_INFINITY])
  .chain((bounds) =>
    fc.record({
      bounds: fc.constant(bounds),
      cumulative: fc
        .array(fc.nat(1e6), { minLength: bounds.length, maxLength: bounds.length })
        .map((counts) => counts.map((_, i) => counts.slice(0, i + 1).reduce((sum, count) => sum + count, 0))),
      sum: fc.option(finite),
    }),
  );
const anyCursor: fc.Arbitrary<Cursor> = fc.record({
  atMs: fc.nat(2 ** 41),
  processStartS: fc.option(finite),
  counters: fc.dictionary(name, finite),
  histograms: fc.dictionary(name, histogram),
  origins: fc.dictionary(name, fc.string()),
  inFlight: fc.option(fc.nat()),
  xidLast: fc.option(fc.nat()),
});

describe('a cursor is read as it was written', () => {
  it('as one text', () => {
    fc.assert(
      fc.property(anyCursor, (cursor) => {
        expect(cursorFromText(cursorToText(cursor))).toEqual(plain(cursor));
      }),
    );
  });
  it('with its shape apart', () => {
    fc.assert(
      fc.property(anyCursor, (cursor) => {
        expect(cursorFromText(cursorValuesToText(cursor), cursorShapeText(cursor))).toEqual(plain(cursor));
      }),
    );
  });
  it('a text of before shapes were kept apart, with its zeros', () => {
    const text =
      '{"atMs":5,"processStartS":null,"counters":{"a":1},"inFlight":null,"histograms":{"h":[[1,2],[3,0,0],7]},"origins":{"a":"x"}}';
    expect(cursorFromText(text)).toMatchObject({
      histograms: { h: { bounds: [1, 2, Number.POSITIVE_INFINITY], cumulative: [3, 3, 3], sum: 7 } },
      origins: { a: 'x' },
      xidLast: null,
    });
  });
  it('values without their shape are none', () => {
    const bare = '{"atMs":5,"processStartS":null,"counters":{},"inFlight":null,"histograms":{"h":[[3],7]}}';
    expect(() => cursorFromText(bare)).toThrow('a cursor without the bounds of h');
  });
});

describe('the shape of a cursor', () => {
  const [bounds, origins] = [[1, Number.POSITIVE_INFINITY], { a: 'x' }];
  const cursor = (own: readonly number[], names: readonly string[] = ['h']): Cursor => {
    const histograms = Object.fromEntries(names.map((each) => [each, { bounds: own, cumulative: [1, 2], sum: 3 }]));
    return { atMs: 1, processStartS: 1, counters: { a: 1 }, histograms, origins, inFlight: null, xidLast: null };
  };
  it('is the same whatever was counted', () => {
    expect(cursorShapeText({ ...cursor(bounds), atMs: 9, counters: { a: 2 } })).toBe(cursorShapeText(cursor(bounds)));
  });
  it('changes with the bounds and with the histograms that are there, and back', () => {
    const first = cursorShapeText(cursor(bounds));
    expect(cursorShapeText(cursor([5, Number.POSITIVE_INFINITY]))).not.toBe(first);
    expect(cursorShapeText(cursor(bounds, ['h', 'i']))).not.toBe(first);
    expect(cursorShapeText(cursor(bounds, ['i']))).not.toBe(first);
    expect(cursorShapeText(cursor(bounds))).toBe(first);
  });
});

/** fast-check's dictionaries have no prototype. */
function plain(cursor: Cursor): Cursor {
  return structuredClone({ ...cursor, counters: { ...cursor.counters }, origins: { ...cursor.origins } });
}
