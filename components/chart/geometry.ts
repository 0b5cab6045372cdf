import type { ChartData } from '#components/chart/chart-data.ts';
import { laneCount, stripHeight } from '#components/chart/span-lanes.ts';
import { timeTicks, valueTicks } from '#components/chart/ticks.ts';
import { type DisplayUnit, displayUnit, isWords } from '#lib/metrics/unit.ts';
import { upperOf } from '#lib/series/coarse.ts';

/** Where things are drawn. Own maths, so that layer, overlay and recharts' axes agree without asking each other. */
export type Geometry = {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly plotWidth: number;
  readonly plotHeight: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Top of the value axis in the base unit; the bottom is 0. */
  readonly maxValue: number;
  readonly display: DisplayUnit;
  readonly valueTicks: readonly number[];
  readonly timeTicks: readonly number[];
};

const LEFT = 46;
const RIGHT = 10;
const TOP = 18;
/** The triangle of a mark, between the bars of alerts and the plot. */
const MARK_PX = 8;
const BOTTOM = 22;

/** A limit is worth showing when data are at least this share of it. */
const NEAR = 0.25;

/** The highest value that must be visible: data, and the next limit above when it is near. */
export function topValue(data: ChartData, visible: ReadonlySet<string> | null, fullRatio: boolean): number {
  let highest = 0;
  for (const series of data.series) {
    if (visible !== null && !visible.has(series.id)) continue;
    for (const value of series.max) if (value !== null && value > highest) highest = value;
    for (const value of series.mean) {
      if (value !== null) highest = Math.max(highest, upperOf(value, series.coarseBelow));
    }
  }
  if (fullRatio) return Math.max(1, highest);
  const limits = [
    ...data.bands.flatMap(({ from }) => (from === null ? [] : [from])),
    ...data.targets.filter(({ offByDefault }) => !offByDefault).map(({ value }) => value),
  ];
  const next = limits.filter((limit) => limit > highest && highest >= limit * NEAR).toSorted((a, b) => a - b)[0];
  return Math.max(highest, next === undefined ? 0 : next * 1.04);
}

export function chartGeometry(
  data: ChartData,
  options: {
    readonly width: number;
    readonly height: number;
    readonly utc: boolean;
    readonly visible: ReadonlySet<string> | null;
    readonly fullRatio: boolean;
  },
): Geometry {
  const { width, height, utc, visible, fullRatio } = options;
  const plotWidth = Math.max(10, width - LEFT - RIGHT);
  const plotTop = Math.max(TOP, stripHeight(laneCount(data.spans ?? [], data.toMs)) + MARK_PX);
  const plotHeight = Math.max(10, height - plotTop - BOTTOM);
  const top = topValue(data, visible, fullRatio && data.unit === 'ratio');
  const display = displayUnit(data.unit, top);
  const whole = isWords(data.unit) || data.unit === 'code' || data.unit === 'bits';
  const shownTicks = valueTicks(top / display.divisor, plotHeight > 150 ? 5 : 4, whole);
  return {
    width,
    height,
    left: LEFT,
    top: plotTop,
    plotWidth,
    plotHeight,
    fromMs: data.fromMs,
    toMs: data.toMs,
    maxValue: (shownTicks.at(-1) ?? 1) * display.divisor,
    display,
    valueTicks: shownTicks.map((tick) => tick * display.divisor),
    timeTicks: timeTicks(data.fromMs, data.toMs, Math.max(2, Math.floor(plotWidth / 80)), utc),
  };
}

export function xOf(g: Geometry, ms: number): number {
  return g.left + ((ms - g.fromMs) / (g.toMs - g.fromMs)) * g.plotWidth;
}

export function yOf(g: Geometry, value: number): number {
  return g.top + (1 - value / g.maxValue) * g.plotHeight;
}

export function msAt(g: Geometry, x: number): number {
  const share = Math.min(1, Math.max(0, (x - g.left) / g.plotWidth));
  return g.fromMs + share * (g.toMs - g.fromMs);
}

/** The earlier geometry when nothing of it changed: lines that did not change either are then not drawn again. */
export function sameGeometry(before: Geometry | null, after: Geometry): Geometry {
  if (before === null) return after;
  const equal =
    before.width === after.width &&
    before.height === after.height &&
    before.top === after.top &&
    before.fromMs === after.fromMs &&
    before.toMs === after.toMs &&
    before.maxValue === after.maxValue &&
    before.display.divisor === after.display.divisor &&
    before.display.suffix === after.display.suffix &&
    before.timeTicks.join() === after.timeTicks.join();
  return equal ? before : after;
}
