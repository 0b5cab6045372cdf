import type { ChartSpan } from '#components/chart/chart-data.ts';

export const BAR_PX = 5;
const LANE_PX = BAR_PX + 2;
const ABOVE_PX = 3;
/** Overlapping spans are stacked; more than this lie on each other. */
const MAX_LANES = 3;

export type PlacedSpan = { readonly span: ChartSpan; readonly lane: number };

/** The first lane that is free for each span, in the order given (worst first). */
export function placeSpans(spans: readonly ChartSpan[], toMs: number): readonly PlacedSpan[] {
  const taken: { fromMs: number; toMs: number }[][] = Array.from({ length: MAX_LANES }, () => []);
  return spans.map((span) => {
    const own = { fromMs: span.fromMs, toMs: span.toMs ?? toMs };
    const free = taken.findIndex((lane) => lane.every((other) => other.toMs <= own.fromMs || other.fromMs >= own.toMs));
    const lane = free < 0 ? MAX_LANES - 1 : free;
    taken[lane]?.push(own);
    return { span, lane };
  });
}

export function laneCount(spans: readonly ChartSpan[], toMs: number): number {
  return placeSpans(spans, toMs).reduce((most, { lane }) => Math.max(most, lane + 1), 0);
}

/** Height of the strip above the plot, in pixels; 0 without spans. */
export function stripHeight(lanes: number): number {
  return lanes === 0 ? 0 : ABOVE_PX + lanes * LANE_PX;
}

/** The top of a lane's bars in pixels of the chart. */
export function laneTop(lane: number): number {
  return ABOVE_PX + lane * LANE_PX;
}
