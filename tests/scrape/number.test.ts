import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readNumber } from '#lib/scrape/number.ts';

const out = new Float64Array(1);

function read(text: string): number | undefined {
  return readNumber(text, 0, out, 0) === text.length ? out[0] : undefined;
}

test('every printed double reads as the double that Number() gives', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      for (const text of [String(value), value.toExponential(), value.toFixed(6), value.toPrecision(17)]) {
        expect(Object.is(read(text), Number(text)), text).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});

test('any decimal text reads as Number() reads it, however long', () => {
  const digits = fc.stringMatching(/^\d{0,25}$/);
  const exponent = fc.oneof(fc.constant(''), fc.stringMatching(/^[eE][+-]?\d{1,4}$/));
  fc.assert(
    fc.property(
      fc.constantFrom('', '-', '+'),
      digits,
      fc.boolean(),
      digits,
      exponent,
      (sign, whole, dot, part, exp) => {
        if (whole === '' && (!dot || part === '')) return;
        const text = `${sign}${whole}${dot ? `.${part}` : ''}${exp}`;
        expect(Object.is(read(text), Number(text)), text).toBe(true);
      },
    ),
    { numRuns: 5000 },
  );
});

test('the spellings of Go are read and those of JavaScript alone are not', () => {
  expect(read('+Inf')).toBe(Number.POSITIVE_INFINITY);
  expect(read('-inf')).toBe(Number.NEGATIVE_INFINITY);
  expect(read('Infinity')).toBe(Number.POSITIVE_INFINITY);
  expect(read('nan')).toBeNaN();
  for (const text of ['', '0x10', '1_000', '0b1', '1e', '.', '-', '+NaN', '1 ', 'e5', '--1']) {
    expect(read(text), text).toBeUndefined();
  }
});

test('minus zero stays minus zero', () => {
  expect(Object.is(read('-0.0'), -0)).toBe(true);
});
