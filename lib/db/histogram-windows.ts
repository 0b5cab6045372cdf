import { TIER_STEP_MS } from '#lib/db/columns.ts';
import type { Layout } from '#lib/db/layouts.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import { loadRollupState } from '#lib/db/rollup.ts';
import { fetchHistograms, type HistogramRow, hasFleetRows, type RowSpan } from '#lib/db/series-query.ts';
import { readRows } from '#lib/db/settled-rows.ts';
import type { HistogramWindow } from '#lib/series/measure.ts';

/** Summed histograms of one subject (null: the fleet) in one bucket of time. */
export type HistogramBucket = {
  readonly subjectId: number | null;
  readonly bucketMs: number;
  readonly windowOf: (histogram: string) => HistogramWindow | undefined;
};

/** The histograms named, over a span: one entry per subject (or the fleet) and bucket that has rows. */
export async function readHistogramBuckets(
  context: MeasureContext,
  span: RowSpan,
  names: readonly string[],
): Promise<readonly HistogramBucket[]> {
  const columns = await columnsOf(context, names);
  const spans = await histogramSpans(context, span);
  const rows = await Promise.all(
    spans.map((part) =>
      readRows(context.pool, part, columns, (piece) => fetchHistograms(context.pool, piece, columns)),
    ),
  );
  return joinRows(context, rows.flat(), names, (row) => `${row.subjectId} ${row.bucketMs}`);
}

export async function columnsOf(context: MeasureContext, names: readonly string[]) {
  const buckets = await context.layouts.mostBuckets();
  return names.map((histogram) => ({ histogram, buckets }));
}

/** Rows with the same key, of whatever bucket layout and tier, as one histogram each. */
export async function joinRows(
  context: MeasureContext,
  rows: readonly HistogramRow[],
  names: readonly string[],
  keyOf: (row: HistogramRow) => string,
): Promise<readonly HistogramBucket[]> {
  const layouts = await context.layouts.load(rows.map((row) => row.layoutId));
  return [...Map.groupBy(rows, keyOf).values()].flatMap((group) => {
    const head = group[0];
    if (head === undefined) return [];
    const windows = new Map(names.map((name, i) => [name, windowOf(name, i, group, layouts)]));
    return [{ subjectId: head.subjectId, bucketMs: head.bucketMs, windowOf: (name: string) => windows.get(name) }];
  });
}

/** Of the fleet's raw rows, those of whole minutes are summed already; buckets add up over tiers. */
async function histogramSpans(context: MeasureContext, span: RowSpan): Promise<readonly RowSpan[]> {
  const minuteMs = TIER_STEP_MS['1m'];
  const inMinutes = span.stepMs !== null && span.stepMs % minuteMs === 0 && span.fromMs % minuteMs === 0;
  if (span.tier !== 'raw' || !inMinutes || !hasFleetRows(span)) return [span];
  const { doneMs, version } = await loadRollupState(context.pool, '1m');
  const splitMs = Math.max(span.fromMs, Math.min(span.toMs, doneMs));
  const parts: RowSpan[] = [
    { ...span, tier: '1m', toMs: splitMs, settled: version },
    { ...span, fromMs: splitMs },
  ];
  return parts.filter((part) => part.fromMs < part.toMs);
}

function windowOf(
  name: string,
  index: number,
  group: readonly HistogramRow[],
  layouts: ReadonlyMap<number, Layout>,
): HistogramWindow {
  let sum: number | null = null;
  const parts = group.flatMap((row) => {
    const window = row.windows[index];
    const bounds = layouts.get(row.layoutId)?.[name];
    if (window === undefined || window.counts === null || bounds === undefined) return [];
    if (window.sum !== null) sum = (sum ?? 0) + window.sum;
    return [{ bounds, counts: bounds.map((_, i) => window.counts?.[i] ?? 0) }];
  });
  return { parts, sum };
}
