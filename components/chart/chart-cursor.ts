import { bucketAt, type ChartData, gapReasonAt } from '#components/chart/chart-data.ts';

/** One line of the tooltip. `reason` says why there is no value. */
export type CursorRow = {
  readonly id: string;
  readonly label: string;
  readonly index: number;
  readonly value: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly coarseBelow?: number | undefined;
  readonly reason: string;
};

/** What every shown line says at an instant, highest first, unknown ones last. */
export function cursorRows(data: ChartData, visible: ReadonlySet<string> | null, ms: number): readonly CursorRow[] {
  const rows = data.series.flatMap((series, index): CursorRow[] => {
    if (visible !== null && !visible.has(series.id)) return [];
    const at = bucketAt(series.t, data.stepMs, ms);
    const value = series.mean[at] ?? null;
    const why = gapReasonAt(data.gaps, series.subject, ms);
    return [
      {
        id: series.id,
        label: series.label,
        index,
        value,
        min: series.min[at] ?? null,
        max: series.max[at] ?? null,
        coarseBelow: series.coarseBelow,
        reason: value !== null ? '' : why === null || why === '' ? 'no data' : `no data: ${why}`,
      },
    ];
  });
  return rows.toSorted((a, b) => (b.value ?? Number.NEGATIVE_INFINITY) - (a.value ?? Number.NEGATIVE_INFINITY));
}

/** The start of the bucket that the cursor is in, so that keys and pointer stop at the same places. */
export function snapMs(data: ChartData, ms: number): number {
  const t = data.series[0]?.t ?? [];
  const at = bucketAt(t, data.stepMs, ms);
  return (at < 0 ? Math.floor(ms / data.stepMs) * data.stepMs : (t[at] ?? ms)) + data.stepMs / 2;
}
