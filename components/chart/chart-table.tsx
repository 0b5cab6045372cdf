import type { ChartData } from '#components/chart/chart-data.ts';
import { gapReasonAt, spansWithin } from '#components/chart/chart-data.ts';
import { coarseText } from '#lib/client/coarse-text.ts';
import { instantLabel } from '#lib/client/wall-clock.ts';
import type { DisplayUnit } from '#lib/metrics/unit.ts';

type ChartTableProps = {
  title: string;
  data: ChartData;
  display: DisplayUnit;
  visible: ReadonlySet<string> | null;
  utc: boolean;
  height: number;
};

/** The chart as numbers, newest first. */
export function ChartTable({ title, data, display, visible, utc, height }: ChartTableProps) {
  const shown = data.series.filter(({ id }) => visible === null || visible.has(id));
  const starts = shown[0]?.t ?? [];
  const hasSpans = (data.spans ?? []).length > 0;
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      aria-label={`${title} as table`}
      className="relative overflow-auto"
      style={{ maxHeight: height }}
    >
      <table className="w-full text-xs">
        <thead className="sticky top-0 bg-surface text-muted">
          <tr>
            <th scope="col" className="px-3 py-1 text-left font-normal">
              Time ({utc ? 'UTC' : 'local'})
            </th>
            {shown.map((series) => (
              <th key={series.id} scope="col" className="max-w-40 truncate px-3 py-1 text-right font-normal">
                {series.label}
              </th>
            ))}
            {hasSpans && (
              <th scope="col" className="px-3 py-1 text-left font-normal">
                Alerts
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {starts
            .map((start, index) => ({ start, index }))
            .toReversed()
            .map(({ start, index }) => (
              <tr key={start} className="border-t border-line">
                <th scope="row" className="px-3 py-0.5 text-left font-normal whitespace-nowrap">
                  {instantLabel(start, utc)}
                </th>
                {shown.map((series) => {
                  const value = series.mean[index] ?? null;
                  return (
                    <td key={series.id} className="px-3 py-0.5 text-right whitespace-nowrap">
                      {value === null ? (
                        <span className="text-muted">{gapReasonAt(data.gaps, series.subject, start) || 'no data'}</span>
                      ) : (
                        coarseText(value, series.coarseBelow, data.unit, display)
                      )}
                    </td>
                  );
                })}
                {hasSpans && (
                  <td className="px-3 py-0.5">
                    {spansWithin(data.spans, start, start + data.stepMs)
                      .map(({ text }) => text)
                      .join('; ')}
                  </td>
                )}
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}
