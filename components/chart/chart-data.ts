import type { Band, TargetLine } from '#lib/metrics/signal.ts';
import type { Unit } from '#lib/metrics/unit.ts';

/** One line of a chart. Values are in the base unit; null is a gap. */
export type ChartSeries = {
  readonly id: string;
  readonly label: string;
  readonly subject: number | null;
  readonly t: readonly number[];
  readonly mean: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  /** Values below this are only known to be below it: drawn at the bound, with all that is possible shaded. */
  readonly coarseBelow?: number | undefined;
  /** Drawn thin and dashed: a reference such as a baseline or a capacity. */
  readonly reference?: boolean;
};

/** A span without samples and why. */
export type ChartGap = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly subject: number | null;
  readonly reason: string;
};

export type ChartMark = { readonly atMs: number; readonly kind: string; readonly text: string };

/** How a span is drawn; each kind has its own pattern, so that none is told by colour alone. */
export const SPAN_KINDS = ['pending', 'firing', 'recovering', 'no-data'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

/** A time during which something held: an alert, or a phase of one. Open spans end at the right edge. */
export type ChartSpan = {
  readonly id: string;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly kind: SpanKind;
  /** Colour of the status, as a CSS value. */
  readonly colour: string;
  readonly text: string;
  /** A bar only: nothing that the plot should be shaded for. */
  readonly faint?: boolean;
};

/** What one chart draws; stays the same object while nothing of it changed. */
export type ChartData = {
  readonly unit: Unit;
  readonly series: readonly ChartSeries[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly bands: readonly Band[];
  readonly targets: readonly TargetLine[];
  readonly marks: readonly ChartMark[];
  readonly gaps: readonly ChartGap[];
  readonly spans?: readonly ChartSpan[];
  /** Where values lie while nothing happens. */
  readonly usual?: { readonly from: number; readonly to: number; readonly label: string };
};

/** The index of the bucket that holds `ms`, -1 outside. Buckets start at `t[i]` and are `stepMs` long. */
export function bucketAt(t: readonly number[], stepMs: number, ms: number): number {
  let low = 0;
  let high = t.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const start = t[middle] ?? 0;
    if (ms < start) high = middle - 1;
    else if (ms >= start + stepMs) low = middle + 1;
    else return middle;
  }
  return -1;
}

export function gapReasonAt(gaps: readonly ChartGap[], subject: number | null, ms: number): string | null {
  const gap = gaps.find((g) => g.subject === subject && ms >= g.fromMs && ms < g.toMs);
  return gap?.reason ?? null;
}

/** The spans that hold at any time of a bucket. */
export function spansWithin(
  spans: readonly ChartSpan[] | undefined,
  fromMs: number,
  toMs: number,
): readonly ChartSpan[] {
  return (spans ?? []).filter((span) => span.fromMs < toMs && (span.toMs ?? Number.POSITIVE_INFINITY) > fromMs);
}
