import { describe, expect, test } from 'vitest';
import { parseExposition, TooManySeriesError } from '#lib/scrape/exposition.ts';
import { fixtureNames, fixtureTest, readFixture } from '#tests/fixtures.ts';

const limits = { maxSeries: 50_000, maxLabelValueLength: 1024 };
const parse = (text: string) => parseExposition(text, limits).page;
const problems = (text: string) => parse(text).problems.map((problem) => problem.problem);

describe('text format', () => {
  test('a sample without labels, with labels, with spaces and with a trailing comma', () => {
    const page = parse('a 1\nb{x="1"} 2\nc { x = "1" , y="2", } 3\nd{}4\n\te\t5\n');
    expect(page.problems).toEqual([]);
    expect(page.shape.series.map((series) => series.name)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect([...page.values]).toEqual([1, 2, 3, 4, 5]);
    expect([...(page.shape.series[2]?.labels ?? [])]).toEqual([
      ['x', '1'],
      ['y', '2'],
    ]);
  });

  test('label values keep braces, commas, hashes and equal signs, and lose their escapes', () => {
    const page = parse('a{x="} # ,=\\"\\\\\\n\\f"} 1\n');
    expect(page.shape.series[0]?.labels.get('x')).toBe('} # ,="\\\n\\f');
  });

  test('a metric and a label name may be quoted UTF-8', () => {
    const page = parse('# TYPE "my.metric" counter\n{"my.metric","la.bel"="ü"} 3\n');
    expect(page.problems).toEqual([]);
    expect(page.shape.families).toMatchObject([{ name: 'my.metric', type: 'counter' }]);
    expect(page.shape.series[0]?.labels.get('la.bel')).toBe('ü');
  });

  test('a label named __proto__ is a label', () => {
    const page = parse('a{__proto__="x",constructor="y"} 1\n');
    expect(page.shape.series[0]?.labels.get('__proto__')).toBe('x');
    expect(page.shape.series[0]?.labels.get('constructor')).toBe('y');
  });

  test('a bad line is lost alone, and is reported with its number, text and problem', () => {
    const page = parse('a 1\nb{x=1} 2\nc 3\n');
    expect([...page.values]).toEqual([1, 3]);
    expect(page.problems).toEqual([
      { line: 2, text: 'b{x=1} 2', problem: 'the value of label "x" is not in double quotes' },
    ]);
  });

  test('only 20 problems are kept and all are counted', () => {
    const page = parse('bad line\n'.repeat(100));
    expect(page.problems).toHaveLength(20);
    expect(page.problemCount).toBe(100);
    expect(parse(`a ${'x'.repeat(500)}\n`).problems[0]?.text).toHaveLength(120);
  });

  test('of a series that is printed twice the first stays, whatever the order of its labels', () => {
    const page = parse('a{x="1",y="2"} 1\na{y="2",x="1"} 2\na{x="1",  y="2"} 3\n');
    expect([...page.values]).toEqual([1]);
    expect(page.problemCount).toBe(2);
  });

  test('an unknown type keeps its samples as untyped', () => {
    const page = parse('# TYPE a banana\na 1\n');
    expect(page.shape.families[0]?.type).toBe('unknown');
    expect(page.problems[0]?.problem).toContain('banana');
    expect([...page.values]).toEqual([1]);
  });

  test('Windows line ends and a byte order mark change nothing', () => {
    const page = parse('\ufeff# TYPE a gauge\r\na{x="1"} 1\r\nb 2\r\n');
    expect(page.problems).toEqual([]);
    expect([...page.values]).toEqual([1, 2]);
    expect(page.shape.families[0]).toMatchObject({ name: 'a', type: 'gauge' });
  });

  test('a histogram whose name ends in _total is a histogram', () => {
    const page = parse('# TYPE x_total histogram\nx_total_bucket{le="+Inf"} 1\nx_total_sum 1\nx_total_count 1\n');
    expect(page.shape.families).toHaveLength(1);
    expect(page.shape.series.every((series) => series.family === 0)).toBe(true);
  });

  test('a last line without a line end is kept and the page is called cut off', () => {
    const page = parse('a 1\nb 2');
    expect([...page.values]).toEqual([1, 2]);
    expect(page.problems[0]?.problem).toContain('cut off');
  });

  test('an empty page is a problem', () => {
    expect(problems('')).toEqual(['the page is empty']);
  });
});

describe('OpenMetrics', () => {
  test('a counter sample with _total belongs to the family without it', () => {
    const page = parse('# TYPE a counter\n# UNIT a \na_total 1\na_created 5\n# EOF\n');
    expect(page.shape.families.map((family) => family.name)).toEqual(['a']);
    expect(page.shape.series.map((series) => series.family)).toEqual([0, 0]);
  });

  test('exemplars and timestamps do not change the value', () => {
    const page = parse(
      '# TYPE a counter\na_total 2 123.5 # {trace="x # y"} 0.5 1.0\na_total{b="1"} 3 # {c="d"} 4\n# EOF\n',
    );
    expect(page.problems).toEqual([]);
    expect([...page.values]).toEqual([2, 3]);
  });

  test('text after # EOF is left out and reported', () => {
    const page = parse('a 1\n# EOF\nb 2\n');
    expect([...page.values]).toEqual([1]);
    expect(page.problems[0]).toMatchObject({ line: 3 });
  });

  test('a page with OpenMetrics signs and without # EOF is called cut off', () => {
    expect(problems('# TYPE a counter\na_total 1\n')[0]).toContain('# EOF');
    expect(problems('# TYPE a_total counter\na_total 1\n')).toEqual([]);
  });

  test('samples that client_python renames to underscores still find their family', () => {
    const page = parse('# TYPE vllm:x counter\nvllm_x_total 1\n# EOF\n');
    expect(page.shape.families).toHaveLength(1);
    expect(page.shape.families[0]).toMatchObject({ name: 'vllm:x', type: 'counter' });
  });
});

describe('limits', () => {
  test('a page with too many samples is refused as a whole, naming the limit and the value', () => {
    const text = Array.from({ length: 12 }, (_, i) => `a{i="${i}"} 1`).join('\n');
    const error = (() => {
      try {
        parseExposition(text, { ...limits, maxSeries: 10 });
      } catch (caught) {
        return caught;
      }
      return undefined;
    })();
    expect(error).toBeInstanceOf(TooManySeriesError);
    expect(error).toMatchObject({ limit: 10, value: 12 });
  });

  test('a page of declared families without samples is limited too', () => {
    const text = Array.from({ length: 12 }, (_, i) => `# TYPE a${i} gauge\n`).join('');
    expect(() => parseExposition(text, { ...limits, maxSeries: 10 })).toThrow(TooManySeriesError);
  });

  test('a label value over the limit loses its line, naming both numbers', () => {
    const page = parse(`a{x="${'y'.repeat(1025)}"} 1\nb 2\n`);
    expect([...page.values]).toEqual([2]);
    expect(page.problems[0]?.problem).toContain('1025 characters, the limit is 1024');
  });

  test('a line with hundreds of labels is lost', () => {
    const labels = Array.from({ length: 300 }, (_, i) => `l${i}="x"`).join(',');
    expect(problems(`a{${labels}} 1\nb 2\n`)).toEqual(['more than 256 labels']);
  });

  test('HELP is cut', () => {
    expect(parse(`# HELP a ${'x'.repeat(5000)}\n`).shape.families[0]?.help).toHaveLength(1024);
  });
});

/** Files the specifications want rejected and this parser takes, each with the reason. */
const LENIENT: ReadonlyMap<string, string> = new Map([
  ['bad_counter_values_0.om', 'a counter of NaN is judged where counters are read; the value is left out there'],
  ['bad_histograms_0.om', 'a histogram without buckets is judged where histograms are read'],
  ['bad_repeated_metadata_0.om', 'the same empty HELP twice changes nothing'],
]);

/** Good files in which this parser reports something, each with the reason. */
const REPORTED: ReadonlyMap<string, RegExp> = new Map([
  ['duplicate_timestamps_0.om', /a second time/],
  ['textparse-promparse_test.prom', /a second time|cut off/],
  ['textparse-openmetricsparse_test.om', /a second time|# EOF|cut off/],
  ['common-fuzz-from_test_parse_0.prom', /empty/],
  ['common-fuzz-from_test_parse_3.prom', /a second/],
]);

describe('conformance', () => {
  for (const folder of ['openmetrics', 'prometheus-text']) {
    for (const name of fixtureNames(folder)) {
      const bad = name.startsWith('bad_') || name.includes('-error_');
      fixtureTest(`${folder}/${name} is ${bad ? 'reported' : 'read'}`, () => {
        const page = parse(readFixture(`${folder}/${name}`));
        if (bad && !LENIENT.has(name)) expect(page.problemCount).toBeGreaterThan(0);
        if (bad) return;
        const expected = REPORTED.get(name);
        for (const { problem } of page.problems) expect(problem).toMatch(expected ?? /^no problem expected$/);
      });
    }
  }
  fixtureTest('no fixture folder is empty', () => {
    expect(fixtureNames('openmetrics').length).toBeGreaterThan(30);
    expect(fixtureNames('prometheus-text').length).toBeGreaterThan(10);
  });
});
