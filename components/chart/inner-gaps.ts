import type { ChartGap, ChartSeries } from '#components/chart/chart-data.ts';
import { runs } from '#components/chart/paths.ts';

/** Spans between two values of a line that no known gap explains: hatched too, with no reason made up. */
export function innerGaps(
  series: readonly ChartSeries[],
  known: readonly ChartGap[],
  stepMs: number,
): readonly ChartGap[] {
  const seen = new Set<number | null>();
  return series.flatMap((line): ChartGap[] => {
    if (line.reference === true || seen.has(line.subject)) return [];
    seen.add(line.subject);
    const found = runs(line, stepMs);
    return found.slice(1).flatMap(([start], index): ChartGap[] => {
      const before = found[index]?.[1] ?? start;
      const fromMs = (line.t[before - 1] ?? 0) + stepMs;
      const toMs = line.t[start] ?? fromMs;
      const explained = known.some((gap) => gap.subject === line.subject && gap.fromMs < toMs && gap.toMs > fromMs);
      return explained || toMs <= fromMs ? [] : [{ fromMs, toMs, subject: line.subject, reason: '' }];
    });
  });
}
