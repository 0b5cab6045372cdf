import type { ChartData } from '#components/chart/chart-data.ts';
import { seriesStats } from '#components/chart/stats.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import { type DisplayUnit, formatValue } from '#lib/metrics/unit.ts';

/** More lines than this are counted, not told. */
const MAX_TOLD = 3;

/** One sentence for those who cannot see the lines. */
export function chartSummary(title: string, data: ChartData, display: DisplayUnit): string {
  const span = describeDurationMs(data.toMs - data.fromMs);
  const told = data.series.slice(0, MAX_TOLD).map((series) => {
    const { first, last, max, min, below } = seriesStats(series, data.toMs, data.stepMs);
    if (first === null) return `${series.label} has no data`;
    const show = (value: number | null, name: 'first' | 'last' | 'min' | 'max') =>
      `${below.has(name) ? 'below ' : ''}${formatValue(value, data.unit, display)}`;
    const course =
      last === null
        ? 'has no present value'
        : `${courseWord(first, last)} from ${show(first, 'first')} to ${show(last, 'last')}`;
    return `${series.label} ${course}, lowest ${show(min, 'min')}, highest ${show(max, 'max')}`;
  });
  const rest = data.series.length - told.length;
  const gaps =
    data.gaps.length === 0 ? '' : `; ${data.gaps.length} ${data.gaps.length === 1 ? 'gap' : 'gaps'} in the data`;
  const spans = (data.spans ?? []).filter(({ kind }) => kind === 'firing');
  const alerts = spans.length === 0 ? '' : `; ${spans.length} ${spans.length === 1 ? 'alert' : 'alerts'} fired`;
  if (told.length === 0) return `${title}, ${span}: no data.`;
  return `${title}, ${span}: ${told.join('; ')}${rest > 0 ? `; ${rest} more lines` : ''}${gaps}${alerts}.`;
}

function courseWord(first: number, last: number): string {
  const size = Math.max(Math.abs(first), Math.abs(last));
  if (size === 0 || Math.abs(last - first) < size * 0.05) return 'stayed level';
  return last > first ? 'rose' : 'fell';
}
