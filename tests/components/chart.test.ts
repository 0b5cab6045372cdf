import { describe, expect, test } from 'vitest';
import { cursorRows } from '#components/chart/chart-cursor.ts';
import { bucketAt, type ChartData, type ChartSeries, type ChartSpan } from '#components/chart/chart-data.ts';
import { chartCsv, csvFileName, csvText } from '#components/chart/csv.ts';
import { chartGeometry, msAt, sameGeometry, topValue, xOf, yOf } from '#components/chart/geometry.ts';
import { innerGaps } from '#components/chart/inner-gaps.ts';
import { clickLegend, readSelection, selectionText } from '#components/chart/legend-selection.ts';
import { runs, seriesPaths } from '#components/chart/paths.ts';
import { seriesStyles } from '#components/chart/series-style.ts';
import { BAR_PX, laneCount, laneTop, placeSpans } from '#components/chart/span-lanes.ts';
import { floorOf, seriesStats } from '#components/chart/stats.ts';
import { chartSummary } from '#components/chart/summary.ts';
import { timeTicks, timeTickText, valueTicks } from '#components/chart/ticks.ts';
import { panelMarks } from '#components/panel/panel-marks.ts';
import type { Mark } from '#lib/api/series.ts';
import { coarseText } from '#lib/client/coarse-text.ts';

const STEP = 10_000;
const line = (id: string, mean: (number | null)[], extra: Partial<ChartSeries> = {}): ChartSeries => ({
  id,
  label: id,
  subject: 1,
  t: mean.map((_, index) => index * STEP),
  mean,
  min: mean,
  max: mean,
  ...extra,
});
const chart = (series: ChartSeries[], extra: Partial<ChartData> = {}): ChartData => ({
  unit: 'ratio',
  series,
  fromMs: 0,
  toMs: (series[0]?.t.length ?? 1) * STEP,
  stepMs: STEP,
  bands: [],
  targets: [],
  marks: [],
  gaps: [],
  ...extra,
});
const SIZE = { width: 156, height: 140, utc: true, visible: null, fullRatio: true } as const;

describe('gaps', () => {
  test('unknown breaks the line and is never drawn as 0', () => {
    const data = chart([line('a', [0.5, 0.5, null, 0.5, 0.5])]);
    const { line: path } = seriesPaths(line('a', [0.5, 0.5, null, 0.5, 0.5]), chartGeometry(data, SIZE), STEP, true);
    expect(path.match(/M/g)).toHaveLength(2);
    expect(path).not.toContain(String(yOf(chartGeometry(data, SIZE), 0)));
  });

  test('a single value between two gaps is still visible', () => {
    const series = line('a', [null, 0.5, null]);
    expect(seriesPaths(series, chartGeometry(chart([series]), SIZE), STEP, true).points).toMatch(/^M[\d.]+ [\d.]+h0$/);
  });

  test('a missing bucket breaks the line like a null one', () => {
    expect(runs({ t: [0, STEP, 3 * STEP], mean: [1, 1, 1] }, STEP)).toEqual([
      [0, 2],
      [2, 3],
    ]);
  });

  test('a hole that nobody explains is hatched without a made-up reason', () => {
    const holed = line('a', [1, null, null, 1]);
    expect(innerGaps([holed], [], STEP)).toEqual([{ fromMs: STEP, toMs: 3 * STEP, subject: 1, reason: '' }]);
    expect(innerGaps([holed], [{ fromMs: 0, toMs: 4 * STEP, subject: 1, reason: 'timeout' }], STEP)).toEqual([]);
  });

  test('the cursor in a gap says why, not the last value', () => {
    const data = chart([line('a', [0.5, null])], {
      gaps: [{ fromMs: STEP, toMs: 2 * STEP, subject: 1, reason: 'timeout after 5 s' }],
    });
    expect(cursorRows(data, null, STEP + 1)[0]).toMatchObject({ value: null, reason: 'no data: timeout after 5 s' });
  });

  test('the legend forgets a value that is older than two buckets', () => {
    const series = line('a', [0.5, null, null, null]);
    expect(seriesStats(series, 4 * STEP, STEP)).toMatchObject({ last: null, max: 0.5, mean: 0.5 });
  });
});

describe('a quantile in the lowest bucket of its histogram', () => {
  const coarse = line('p99', [0.297, 0.45, 0.297], { coarseBelow: 0.3 });

  test('is drawn at the bound with all below it shaded, not where it was interpolated', () => {
    const g = chartGeometry(chart([coarse], { unit: 'seconds' }), { ...SIZE, fullRatio: false });
    const { line: path, envelope } = seriesPaths(coarse, g, STEP, true);
    const round = (y: number) => Math.round(y * 10) / 10;
    expect(path).toMatch(new RegExp(`^M[\\d.]+ ${round(yOf(g, 0.3))}L[\\d.]+ ${round(yOf(g, 0.45))}L`));
    expect(envelope).toContain(` ${yOf(g, 0)}`);
  });

  test('makes last, lowest and mean upper bounds; the highest is known', () => {
    const stats = seriesStats(coarse, 3 * STEP, STEP);
    expect(stats).toMatchObject({ last: 0.3, min: 0.3, max: 0.45 });
    expect(stats.mean).toBeCloseTo((0.3 + 0.45 + 0.3) / 3);
    expect([...stats.below].toSorted()).toEqual(['first', 'last', 'mean', 'min']);
  });

  test('is said to be below the bound', () => {
    const ms = { divisor: 1e-3, suffix: 'ms' };
    expect([0.297, 0.3, null].map((value) => coarseText(value, 0.3, 'seconds', ms))).toEqual([
      '< 300 ms',
      '300 ms',
      '–',
    ]);
    expect(coarseText(0.297, undefined, 'seconds', ms)).toBe('297 ms');
  });
});

describe('alerts above the plot', () => {
  const span = (id: string, fromMs: number, toMs: number | null): ChartSpan => ({
    id,
    fromMs,
    toMs,
    kind: 'firing',
    colour: 'red',
    text: id,
  });

  test('overlapping ones are stacked and the plot begins below them', () => {
    const spans = [span('a', 0, 20), span('b', 10, null), span('c', 20, 30)];
    expect(placeSpans(spans, 40).map(({ lane }) => lane)).toEqual([0, 1, 0]);
    const g = chartGeometry(chart([line('a', [1])], { spans }), SIZE);
    expect(laneTop(laneCount(spans, 40) - 1) + BAR_PX).toBeLessThan(g.top);
  });

  test('more than fit lie on each other in the last lane', () => {
    const spans = ['a', 'b', 'c', 'd', 'e'].map((id) => span(id, 0, null));
    expect(placeSpans(spans, 40).map(({ lane }) => lane)).toEqual([0, 1, 2, 2, 2]);
  });
});

describe('marks of a panel', () => {
  const mark = (subject: number, atMs: number): Mark => ({ atMs, kind: 'first-seen', subject, text: 'first seen' });

  test('those of one kind in one bucket are one, with how many there are', () => {
    const names = new Map([1, 2, 3, 4, 5].map((id) => [id, `e${id}`]));
    const marks = [1, 2, 3, 4, 5].map((id) => mark(id, id));
    expect(panelMarks([...marks, mark(1, STEP + 1)], names, STEP)).toEqual([
      { atMs: 1, kind: 'first-seen', text: 'e1: first seen; e2: first seen; e3: first seen; and 2 more' },
      { atMs: STEP + 1, kind: 'first-seen', text: 'e1: first seen' },
    ]);
  });
});

describe('cursor', () => {
  test('rows are sorted by value, unknown last', () => {
    const data = chart([line('low', [1]), line('none', [null]), line('high', [2])]);
    expect(cursorRows(data, null, 5).map(({ id }) => id)).toEqual(['high', 'low', 'none']);
  });

  test('buckets are found by time', () => {
    expect([bucketAt([0, 10, 20], 10, 19), bucketAt([0, 10, 20], 10, 30), bucketAt([], 10, 0)]).toEqual([1, -1, -1]);
  });

  test('pixels and instants agree', () => {
    const g = chartGeometry(chart([line('a', [1, 1, 1, 1])]), SIZE);
    expect(msAt(g, xOf(g, 25_000))).toBeCloseTo(25_000);
  });
});

describe('axes', () => {
  test.each([
    [1, [0, 0.25, 0.5, 0.75, 1]],
    [97, [0, 25, 50, 75, 100]],
    [0, [0, 1]],
    [Number.NaN, [0, 1]],
  ])('values up to %s', (max, expected) => {
    expect(valueTicks(max, 4, false)).toEqual(expected);
  });

  test('a share of something full always reaches 100 %', () => {
    expect(topValue(chart([line('a', [0.1])]), null, true)).toBe(1);
  });

  test('the next limit comes into view when data are near it', () => {
    const bands = [{ level: 'warning', from: 50, to: 150, label: 'warning' }] as const;
    expect(topValue(chart([line('a', [40])], { bands, unit: 'requests' }), null, false)).toBeGreaterThan(50);
    expect(topValue(chart([line('a', [4])], { bands, unit: 'requests' }), null, false)).toBe(4);
  });

  test('time ticks are round and name midnight by its date', () => {
    const from = Date.parse('2026-11-22T22:10:00Z');
    const ticks = timeTicks(from, from + 4 * 3_600_000, 5, true);
    expect(ticks.map((tick) => timeTickText(tick, 3_600_000, true))).toEqual(['23:00', '23 Nov', '01:00', '02:00']);
  });

  test('an equal geometry stays the same object, so nothing is drawn again', () => {
    const data = chart([line('a', [0.5])]);
    const first = chartGeometry(data, SIZE);
    expect(sameGeometry(first, chartGeometry({ ...data, series: [line('a', [0.6])] }, SIZE))).toBe(first);
  });
});

describe('CSV', () => {
  test.each([
    ['=cmd|calc', "'=cmd|calc"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@x', "'@x"],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['=a,"b"', '"\'=a,""b"""'],
    ['plain', 'plain'],
  ])('the text %s is written %s', (text, expected) => {
    expect(csvText(text)).toBe(expected);
  });

  test('holds what is shown: negative numbers stay numbers, unknown is empty, hidden lines are absent', () => {
    const data = chart([line('=a', [-1, null]), line('b', [3, 4])]);
    expect(chartCsv(data, new Set(['=a']))).toBe(
      [
        "time,'=a mean (ratio),'=a min (ratio),'=a max (ratio)",
        '1970-01-01T00:00:00.000Z,-1,-1,-1',
        '1970-01-01T00:00:10.000Z,,,',
        '',
      ].join('\r\n'),
    );
  });

  test('file names are harmless', () => {
    expect(csvFileName('../Goodput (TTFT ≤ 1 s)', 0)).toBe('headroom-goodput-ttft-1-s-1970-01-010000.csv');
  });
});

describe('legend', () => {
  const all = ['a', 'b', 'c'];
  test('click shows only that line, again shows all', () => {
    const solo = clickLegend(null, 'b', all, false);
    expect(selectionText(solo)).toBe('b');
    expect(clickLegend(solo, 'b', all, false)).toBeNull();
  });

  test('shift-click switches one off and on', () => {
    const two = clickLegend(null, 'b', all, true);
    expect(selectionText(two)).toBe('a,c');
    expect(clickLegend(two, 'b', all, true)).toBeNull();
  });

  test('a selection of lines that are gone shows all', () => {
    expect(readSelection('x,y', all)).toBeNull();
  });
});

describe('styles', () => {
  test('more than eight lines: one stands out, the rest is grey', () => {
    const styles = seriesStyles(
      Array.from({ length: 9 }, (_, subject) => ({ subject })),
      4,
    );
    expect(styles.filter(({ faint }) => !faint)).toHaveLength(1);
    expect(styles[4]?.faint).toBe(false);
  });

  test('a reference has the colour of its line and a dash', () => {
    const [main, reference] = seriesStyles([{ subject: 7 }, { subject: 7, reference: true }], -1);
    expect(reference).toMatchObject({ stroke: main?.stroke, reference: true });
    expect(reference?.dash).toBeDefined();
  });

  test('vermillion is kept for status', () => {
    const styles = seriesStyles(
      Array.from({ length: 8 }, (_, subject) => ({ subject })),
      -1,
    );
    expect(styles.map(({ stroke }) => stroke)).not.toContain('var(--danger)');
  });
});

describe('in words', () => {
  test('the summary tells the course, the extremes and the gaps', () => {
    const data = chart([line('qwen-a', [0.41, 0.7, 0.98])], {
      gaps: [{ fromMs: 0, toMs: 1, subject: 1, reason: 'timeout' }],
    });
    expect(chartSummary('KV cache', data, { divisor: 0.01, suffix: '%' })).toBe(
      'KV cache, 30 s: qwen-a rose from 41% to 98%, lowest 41%, highest 98%; 1 gap in the data.',
    );
  });

  test('the floor leaves out the lowest twentieth', () => {
    const min = Array.from({ length: 40 }, (_, index) => (index === 0 ? 1 : 50 + index));
    expect(floorOf({ min }, 0.05)).toBe(52);
    expect(floorOf({ min: [null, null] }, 0.05)).toBeNull();
  });
});
