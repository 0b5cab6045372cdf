import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMPARISONS, type Expression } from '#lib/rules/expression.ts';
import { LITERAL_UNIT_WORDS } from '#lib/rules/literal-unit.ts';
import { LONGEST_EXPRESSION, parseExpression } from '#lib/rules/parse.ts';
import { printExpression } from '#lib/rules/print.ts';

const canonical = (text: string): string => {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return printExpression(parsed.expression);
};

const errorOf = (text: string) => {
  const parsed = parseExpression(text);
  if (parsed.ok) throw new Error(`accepted: ${text}`);
  return parsed.errors[0]!;
};

describe('conditions are read as the reports write them', () => {
  it.each([
    ['prefill_latency_p99 > 100ms', 'prefill_latency_p99 > 100ms'],
    ['vram_peak > 83.3% of vram_total', 'vram_peak > 83.3% of vram_total'],
    [
      'requests_per_second<74% OF baseline AND queue_depth>0',
      'requests_per_second < 74% of baseline and queue_depth > 0',
    ],
    ['AVG(kv_cache_utilization , 5m) >= 80 %', 'avg(kv_cache_utilization, 5m) >= 80%'],
    ['max(queue_depth, 1h30m) > 5', 'max(queue_depth, 1h30m) > 5'],
    ['max(queue_depth, 90m) > 5', 'max(queue_depth, 1h30m) > 5'],
    ['total_latency_p99 > 50 ms', 'e2e_latency_p99 > 50ms'],
    ['memory_utilization > 80%', 'vram_utilization > 80%'],
    ['generation_tokens_per_second < 1 tok/s', 'tokens_per_second < 1 tok/s'],
    ['target_up == 0', 'target_up = 0'],
    ['target_up = NO', 'target_up = no'],
    ['vram_used > 20gb', 'vram_used > 20GB'],
    ['a ≥ 5 && b ≠ 1 || !c', 'a >= 5 and b != 1 or not c'],
    ['not (a > 1 and b > 2)', 'not (a > 1 and b > 2)'],
    ['not a > 1', 'not (a > 1)'],
    ['a and (b or c)', 'a and (b or c)'],
    ['(a and b) or c', 'a and b or c'],
    ['(a + b) * 2 > 3 - (4 - 5)', '(a + b) * 2 > 3 - (4 - 5)'],
    ['a / b * c > -5', 'a / b * c > -5'],
    ['2.475x of baseline <= requests_per_second', '2.475x of baseline <= requests_per_second'],
    ['50% of avg(tokens_per_second, 1h) > tokens_per_second', '50% of avg(tokens_per_second, 1h) > tokens_per_second'],
  ])('%s', (text, printed) => expect(canonical(text)).toBe(printed));
});

describe('a bad text names the place, what was expected and the nearest word', () => {
  it.each([
    ['', 0, 'the end of the expression', null],
    ['queue_depth >', 13, 'the end of the expression', null],
    ['queue_depth > 5 adn x > 1', 16, '"adn" after a complete expression', 'and'],
    ['vram_used > 20gigs', 14, '"gigs" is no unit', null],
    ['vram_used > 20GIBB', 14, '"GIBB" is no unit', null],
    ['ttft_p99 > 5M', 12, '"M" is no unit', 'm'],
    ['queue_depth > 5 $', 16, '"$" has no meaning', null],
    ['(queue_depth > 5', 16, 'where the bracket opened at 1', null],
    ['a < b < c', 6, 'cannot be chained', null],
    ['agv(queue_depth, 5m) > 1', 0, 'is no function', 'avg'],
    ['avg(queue_depth) > 1', 15, 'before the window', null],
    ['avg(queue_depth, 5) > 1', 17, 'where a window should stand', null],
    ['avg(queue_depth, 30d) > 1', 17, 'out of range', null],
    ['avg(queue_depth, 0s) > 1', 17, 'out of range', null],
    ['avg(avg, 5m) > 1', 4, 'where a signal should stand', null],
    ['5 of 6 > 1', 5, 'where a signal should stand', null],
    ['queue_depth > 1e999', 14, 'too large', null],
    ['queue_depth > 5 6', 16, 'after a complete expression', null],
  ])('%s', (text, position, message, nearest) => {
    const error = errorOf(text);
    expect(error.message).toContain(message);
    expect(error).toMatchObject({ position, nearest });
    expect(error.expected).not.toBe('');
  });

  it('refuses endless and deeply nested texts without running out of stack', () => {
    expect(errorOf('a + '.repeat(LONGEST_EXPRESSION)).message).toContain('characters');
    for (const opening of ['(', 'not ', '-']) {
      expect(errorOf(opening.repeat(400)).message).toContain('nested too deeply');
    }
    const long = `queue_depth${'+1'.repeat(900)} > 1`;
    expect(canonical(long).length).toBeGreaterThan(long.length);
  });
});

const span = { position: 0, length: 0 };
const names = fc.constantFrom('queue_depth', 'vram_used', 'baseline_rps', 'x', 'no_such', 'm', 'ms2');
const numbers = fc
  .oneof(fc.nat({ max: 1000 }), fc.double({ min: 0, max: 1e12, noNaN: true }))
  .map((value) => (Object.is(value, -0) ? 0 : value));
const literal = fc.record({
  ...fixed({ kind: 'number' as const, ...span }),
  value: numbers,
  unit: fc.constantFrom(null, ...LITERAL_UNIT_WORDS),
});
const signal = fc.record({ ...fixed({ kind: 'signal' as const, ...span }), signal: names });
const window = fc.record({
  ...fixed({ kind: 'window' as const, ...span }),
  aggregate: fc.constantFrom('avg' as const, 'min' as const, 'max' as const, 'last' as const),
  signal,
  windowMs: fc.integer({ min: 1000, max: 86_400_000 }),
});

function fixed<T extends object>(values: T): { [Key in keyof T]: fc.Arbitrary<T[Key]> } {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fc.constant(value)])) as never;
}

const { expression: anyExpression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    literal,
    signal,
    window,
    fc.record({ ...fixed({ kind: 'truth' as const, ...span }), value: fc.boolean() }),
    fc.record({ ...fixed({ kind: 'share' as const, ...span }), share: literal, base: fc.oneof(signal, window) }),
    fc.record({ ...fixed({ kind: 'negate' as const, ...span }), operand: tie('expression') }),
    fc.record({ ...fixed({ kind: 'not' as const, ...span }), operand: tie('expression') }),
    fc.record({
      ...fixed({ kind: 'arithmetic' as const, ...span }),
      operator: fc.constantFrom('+' as const, '-' as const, '*' as const, '/' as const),
      left: tie('expression'),
      right: tie('expression'),
    }),
    fc.record({
      ...fixed({ kind: 'comparison' as const, ...span }),
      operator: fc.constantFrom(...COMPARISONS),
      left: tie('expression'),
      right: tie('expression'),
    }),
    fc.record({
      ...fixed({ kind: 'logical' as const, ...span }),
      operator: fc.constantFrom('and' as const, 'or' as const),
      left: tie('expression'),
      right: tie('expression'),
    }),
  ),
}));

/** Places depend on spacing and brackets, so they are left out of the comparison. */
const withoutPlaces = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, item) => (key === 'position' || key === 'length' ? undefined : item)));

describe('properties', () => {
  it('parsing the printed text gives the same tree', () => {
    fc.assert(
      fc.property(anyExpression, (expression) => {
        const text = printExpression(expression);
        fc.pre(text.length <= LONGEST_EXPRESSION);
        const parsed = parseExpression(text);
        if (!parsed.ok) throw new Error(`${text}: ${JSON.stringify(parsed.errors)}`);
        expect(withoutPlaces(parsed.expression)).toEqual(withoutPlaces(expression));
        expect(printExpression(parsed.expression)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('any text gives a tree or an error inside the text, never an exception', () => {
    const pieces = fc.constantFrom(
      '(',
      ')',
      'not ',
      'and',
      ' or ',
      '5',
      'ms',
      '%',
      ' of ',
      'avg(',
      ',',
      '-',
      '<',
      '=',
      'q ',
      '5m)',
      '×',
      '💥',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(pieces, { maxLength: 60 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseExpression(text);
        if (parsed.ok) return;
        for (const error of parsed.errors) {
          expect(error.position).toBeGreaterThanOrEqual(0);
          expect(error.position + error.length).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
