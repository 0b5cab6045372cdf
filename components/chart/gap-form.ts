import type { ChartSeries } from '#components/chart/chart-data.ts';

/** With one subject a gap fills the plot; among several it is a strip, since the others go on. */
export function gapHeight(series: readonly ChartSeries[], plotHeight: number): number {
  const subjects = new Set(series.map(({ subject }) => subject));
  return subjects.size > 1 || subjects.has(null) ? 5 : plotHeight;
}
