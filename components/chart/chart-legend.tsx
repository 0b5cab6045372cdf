'use client';

import { type MouseEvent, memo, useMemo } from 'react';
import type { ChartData } from '#components/chart/chart-data.ts';
import { LineKey } from '#components/chart/chart-tooltip.tsx';
import { clickLegend } from '#components/chart/legend-selection.ts';
import type { SeriesStyle } from '#components/chart/series-style.ts';
import { type SeriesStats, seriesStats } from '#components/chart/stats.ts';
import { cx } from '#components/ui/class-names.ts';
import { type DisplayUnit, formatValue } from '#lib/metrics/unit.ts';

type ChartLegendProps = {
  data: ChartData;
  display: DisplayUnit;
  visible: ReadonlySet<string> | null;
  styles: readonly SeriesStyle[];
  onVisible: (visible: ReadonlySet<string> | null) => void;
};

/** `req/s` is longer, `ms`, `GiB` and `%` are not. */
const MAX_UNIT_CHARS = 3;
const HEAD = 'pl-3 text-right font-normal whitespace-nowrap';

/** Every line with last, min, max, mean. Click shows only that line, shift- or ctrl-click switches it on or off. */
export const ChartLegend = memo(function ChartLegend({ data, display, visible, styles, onVisible }: ChartLegendProps) {
  const stats = useMemo(() => data.series.map((series) => seriesStats(series, data.toMs, data.stepMs)), [data]);
  // A long unit in every cell leaves no room for the numbers: it is told once, at the head.
  const isLong = display.suffix.length > MAX_UNIT_CHARS;
  const shown = isLong ? { ...display, suffix: '' } : display;
  const show = (of: SeriesStats | undefined, name: 'last' | 'min' | 'max' | 'mean') =>
    `${of?.below.has(name) && of[name] !== null ? '< ' : ''}${formatValue(of?.[name], data.unit, shown)}`;
  const all = data.series.map(({ id }) => id);
  const onClick = (event: MouseEvent, id: string) =>
    onVisible(clickLegend(visible, id, all, event.shiftKey || event.ctrlKey || event.metaKey));
  return (
    <div className="relative max-h-54 overflow-y-auto px-3 pb-2">
      <table className="w-full table-fixed text-xs">
        <thead className="text-muted">
          <tr>
            <th className="text-left font-normal">
              <span className="sr-only">Line</span>
              {isLong && display.suffix}
            </th>
            <th className={cx(HEAD, 'w-18')}>last</th>
            <th className={cx(HEAD, 'hidden w-18 @sm:table-cell')}>min</th>
            <th className={cx(HEAD, 'w-18')}>max</th>
            <th className={cx(HEAD, 'hidden w-18 @md:table-cell')}>mean</th>
          </tr>
        </thead>
        <tbody>
          {data.series.map((series, index) => {
            const isVisible = visible === null || visible.has(series.id);
            return (
              <tr key={series.id} className={isVisible ? undefined : 'text-muted line-through'}>
                <td className="p-0">
                  <button
                    type="button"
                    aria-pressed={isVisible}
                    title="Click: only this line. Shift- or Ctrl-click: on or off."
                    onClick={(event) => onClick(event, series.id)}
                    className="flex min-h-6 w-full min-w-0 items-center gap-1.5 text-left hover:underline"
                  >
                    <LineKey style={styles[index]} />
                    <span className="truncate">{series.label}</span>
                  </button>
                </td>
                <td className="text-right whitespace-nowrap">{show(stats[index], 'last')}</td>
                <td className="hidden text-right whitespace-nowrap @sm:table-cell">{show(stats[index], 'min')}</td>
                <td className="text-right whitespace-nowrap">{show(stats[index], 'max')}</td>
                <td className="hidden text-right whitespace-nowrap @md:table-cell">{show(stats[index], 'mean')}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
});
