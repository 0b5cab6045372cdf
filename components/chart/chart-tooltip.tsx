import type { CursorRow } from '#components/chart/chart-cursor.ts';
import { type ChartData, spansWithin } from '#components/chart/chart-data.ts';
import type { Geometry } from '#components/chart/geometry.ts';
import type { SeriesStyle } from '#components/chart/series-style.ts';
import { coarseText } from '#lib/client/coarse-text.ts';
import { instantLabel } from '#lib/client/wall-clock.ts';
import { formatDurationMs } from '#lib/metrics/duration.ts';
import { formatValue } from '#lib/metrics/unit.ts';

const MAX_ROWS = 10;
const MAX_SPANS = 4;
const MAX_MARKS = 4;

type ChartTooltipProps = {
  data: ChartData;
  geometry: Geometry;
  rows: readonly CursorRow[];
  atMs: number;
  utc: boolean;
  styles: readonly SeriesStyle[];
};

/** Time, every line's value at the cursor sorted by value, and marks nearby. */
export function ChartTooltip({ data, geometry: g, rows, atMs, utc, styles }: ChartTooltipProps) {
  const bare = (value: number | null) => formatValue(value, data.unit, { ...g.display, suffix: '' });
  const nearMs = ((data.toMs - data.fromMs) / g.plotWidth) * 6 + data.stepMs / 2;
  const marks = data.marks.filter((mark) => Math.abs(mark.atMs - atMs) <= nearMs).slice(0, MAX_MARKS);
  const spans = spansWithin(data.spans, atMs - data.stepMs / 2, atMs + data.stepMs / 2).slice(0, MAX_SPANS);
  return (
    <div className="w-max max-w-[26rem] rounded-md border border-line bg-surface px-2.5 py-1.5 text-xs shadow-lift">
      <p className="text-muted">
        {instantLabel(atMs - data.stepMs / 2, utc)} <span>({formatDurationMs(data.stepMs)})</span>
      </p>
      <table>
        <tbody>
          {rows.slice(0, MAX_ROWS).map((row) => (
            <tr key={row.id}>
              <td className="max-w-44 truncate pr-3">
                <LineKey style={styles[row.index]} /> {row.label}
              </td>
              <td className="text-right whitespace-nowrap">
                {row.value === null ? (
                  <span className="text-muted">{row.reason}</span>
                ) : (
                  coarseText(row.value, row.coarseBelow, data.unit, g.display)
                )}
                {row.value !== null && row.min !== row.max && (
                  <span className="text-muted">
                    {' '}
                    {bare(row.min)}…{bare(row.max)}
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MAX_ROWS && <p className="text-muted">{rows.length - MAX_ROWS} more</p>}
      {spans.map((span) => (
        <p key={span.id} className="mt-1 border-t border-line pt-1 break-words">
          ▬ {span.text}
        </p>
      ))}
      {marks.map((mark) => (
        <p key={`${mark.atMs}-${mark.text}`} className="mt-1 border-t border-line pt-1 break-words">
          ▼ {mark.text}
        </p>
      ))}
    </div>
  );
}

/** The line's colour and dash, as in the chart. */
export function LineKey({ style }: { style: SeriesStyle | undefined }) {
  return (
    <svg aria-hidden="true" width="14" height="8" className="inline-block shrink-0">
      <line
        x1="0"
        x2="14"
        y1="4"
        y2="4"
        stroke={style?.stroke ?? 'currentColor'}
        strokeWidth={style?.reference === true ? 1.5 : 2.5}
        {...(style?.dash === undefined ? {} : { strokeDasharray: style.dash })}
      />
    </svg>
  );
}
