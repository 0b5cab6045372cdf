import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExposition } from '#lib/scrape/exposition.ts';
import type { Page } from '#lib/scrape/page.ts';

const limits = { maxSeries: 50_000, maxLabelValueLength: 1024 };
const parse = (text: string): Page => parseExposition(text, limits).page;

type Sample = { readonly labels: readonly (readonly [string, string])[]; readonly value: number };
type MadeFamily = {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
};

const label = fc.stringMatching(/^[a-z_][a-z0-9_]{0,6}$/);
const labels = fc
  .uniqueArray(fc.tuple(label, fc.string({ maxLength: 12, unit: 'binary' })), {
    maxLength: 4,
    selector: ([name]) => name,
  })
  .map((pairs) => pairs as readonly (readonly [string, string])[]);
const value = fc.oneof(
  fc.double(),
  fc.integer({ min: 0, max: 1e9 }),
  fc.constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY),
);
const key = (sample: Sample): string => JSON.stringify([...sample.labels].sort(([a], [b]) => (a < b ? -1 : 1)));
const family: fc.Arbitrary<MadeFamily> = fc.record({
  name: fc.stringMatching(/^[a-z][a-z:]{1,8}$/),
  type: fc.constantFrom('gauge', 'counter', 'untyped'),
  help: fc.string({ maxLength: 20 }).map((text) => text.trim()),
  samples: fc.uniqueArray(fc.record({ labels, value }), { minLength: 1, maxLength: 4, selector: key }),
});
const made = fc.uniqueArray(family, { minLength: 1, maxLength: 6, selector: ({ name }) => name });

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

function printValue(number: number): string {
  if (Number.isNaN(number)) return 'NaN';
  if (!Number.isFinite(number)) return number > 0 ? '+Inf' : '-Inf';
  return Object.is(number, -0) ? '-0.0' : String(number);
}

function print(families: readonly MadeFamily[]): string {
  return families
    .map(({ name, type, help, samples }) => {
      const lines = samples.map((sample) => {
        const inside = sample.labels.map(([k, v]) => `${k}="${escaped(v).replaceAll('"', '\\"')}"`).join(',');
        return `${name}${inside === '' ? '' : `{${inside}}`} ${printValue(sample.value)}\n`;
      });
      return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}

/** All a page says, without object identities. */
function plain(page: Page): unknown {
  return {
    families: page.shape.families,
    series: page.shape.series.map((series) => [series.name, series.family, [...series.labels]]),
    values: [...page.values].map((number) => (Object.is(number, -0) ? '-0' : String(number))),
    problems: page.problems,
    problemCount: page.problemCount,
  };
}

test('what is printed is what is parsed', () => {
  fc.assert(
    fc.property(made, (families) => {
      const page = parse(print(families));
      expect(page.problems).toEqual([]);
      const samples = families.flatMap((one) => one.samples.map((sample) => ({ name: one.name, ...sample })));
      expect(page.shape.series.map((series) => [series.name, [...series.labels]])).toEqual(
        samples.map((sample) => [sample.name, sample.labels.map((pair) => [...pair])]),
      );
      samples.forEach((sample, i) => {
        expect(Object.is(page.values[i], sample.value)).toBe(true);
      });
    }),
    { numRuns: 400 },
  );
});

test('arbitrary text never throws, with or without memory', () => {
  const piece = fc.constantFrom(
    '# TYPE ',
    '# HELP ',
    '# EOF',
    'a',
    '{',
    '}',
    '"',
    '=',
    ',',
    ' ',
    '\n',
    '\\',
    '1',
    '.',
    'NaN',
    '#',
    'e',
    '\r',
    '\t',
    '\0',
  );
  const soup = fc.oneof(
    fc.string({ maxLength: 200, unit: 'binary' }),
    fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(soup, soup, (first, second) => {
      const { memory } = parseExposition(first, limits);
      expect(plain(parseExposition(second, limits, memory).page)).toEqual(plain(parse(second)));
    }),
    { numRuns: 3000 },
  );
});

test('one damaged line loses at most its own family', () => {
  fc.assert(
    fc.property(made, fc.nat(), fc.string({ maxLength: 8 }), (families, at, junk) => {
      const text = print(families);
      const lines = text.trimEnd().split('\n');
      const index = at % lines.length;
      const line = lines[index] ?? '';
      const damaged =
        line.slice(0, at % (line.length + 1)) +
        junk.replaceAll(/[\n\r]/g, '') +
        line.slice((at % (line.length + 1)) + 1);
      const page = parse(`${lines.map((one, i) => (i === index ? damaged : one)).join('\n')}\n`);
      const owner = line.startsWith('# ') ? line.split(' ')[2] : line.split(/[{ ]/)[0];
      // A damaged "# EOF"-like comment is the one line that may end the page; damage cannot spell it by chance here.
      for (const { name, samples } of families) {
        if (name === owner) continue;
        const left = page.shape.series.filter((series) => series.name === name).length;
        expect(left).toBeGreaterThanOrEqual(samples.length);
      }
    }),
    { numRuns: 1000 },
  );
});

test('memory and full parse agree after changed values, inserted, removed and cut lines', () => {
  const edit = fc.record({
    kind: fc.constantFrom('value', 'insert', 'remove', 'cut', 'none'),
    at: fc.nat(),
    number: value,
  });
  fc.assert(
    fc.property(made, fc.array(edit, { maxLength: 4 }), (families, edits) => {
      const text = print(families);
      let lines = text.trimEnd().split('\n');
      let cut = Number.POSITIVE_INFINITY;
      for (const { kind, at, number } of edits) {
        const index = lines.length === 0 ? 0 : at % lines.length;
        if (kind === 'value')
          lines = lines.map((line, i) =>
            i === index && !line.startsWith('#') ? line.replace(/ \S+$/, ` ${printValue(number)}`) : line,
          );
        else if (kind === 'insert')
          lines = [...lines.slice(0, index), `inserted{at="${at}"} ${printValue(number)}`, ...lines.slice(index)];
        else if (kind === 'remove') lines = lines.filter((_, i) => i !== index);
        else if (kind === 'cut') cut = at;
      }
      const whole = `${lines.join('\n')}\n`;
      const second = whole.slice(0, cut % (whole.length + 1) || whole.length);
      const { memory, page } = parseExposition(text, limits);
      const again = parseExposition(second, limits, memory);
      expect(plain(again.page)).toEqual(plain(parse(second)));
      const third = parseExposition(second, limits, again.memory);
      expect(plain(third.page)).toEqual(plain(again.page));
      expect(third.page.shape).toBe(again.page.shape);
      if (second === text) expect(again.page.shape).toBe(page.shape);
    }),
    { numRuns: 1000 },
  );
});

test('a page on which only values changed keeps its shape object', () => {
  fc.assert(
    fc.property(made, fc.array(value, { minLength: 24, maxLength: 24 }), (families, values) => {
      let next = 0;
      const changed = families.map((one) => ({
        ...one,
        samples: one.samples.map((sample) => ({ ...sample, value: values[next++ % values.length] ?? 0 })),
      }));
      const first = parseExposition(print(families), limits);
      const second = parseExposition(print(changed), limits, first.memory);
      expect(second.page.shape).toBe(first.page.shape);
      expect(plain(second.page)).toEqual(plain(parse(print(changed))));
    }),
    { numRuns: 400 },
  );
});

test('timestamps that move do not make a new shape', () => {
  const first = parseExposition('# TYPE a gauge\na{x="1"} 1 1000\n', limits);
  const second = parseExposition('# TYPE a gauge\na{x="1"} 2 2000\n', limits, first.memory);
  expect(second.page.shape).toBe(first.page.shape);
  expect([...second.page.values]).toEqual([2]);
});

test('a label limit that was lowered is applied to a remembered page', () => {
  const text = `a{x="${'y'.repeat(100)}"} 1\n`;
  const { memory } = parseExposition(text, limits);
  expect(parseExposition(text, { ...limits, maxLabelValueLength: 10 }, memory).page.problemCount).toBe(1);
});
