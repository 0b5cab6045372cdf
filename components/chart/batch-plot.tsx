'use client';

import { type ReactNode, useId, useMemo, useRef } from 'react';
import { CartesianGrid, ComposedChart, XAxis, YAxis } from 'recharts';
import { ticksBetween } from '#components/chart/ticks.ts';
import { useWasInView } from '#components/chart/use-in-view.ts';
import { useWidth } from '#components/chart/use-width.ts';
import { displayUnit, type Unit } from '#lib/metrics/unit.ts';

/** From batch numbers and values to pixels. */
export type BatchScale = {
  readonly xOf: (batch: number) => number;
  readonly yOf: (value: number) => number;
  /** Pixels of one batch. */
  readonly slot: number;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
};

type BatchPlotProps = {
  /** The numbers on the axis, ascending. */
  numbers: readonly number[];
  /** Values that must be visible, in the base unit. */
  low: number;
  high: number;
  unit: Unit;
  summary: string;
  height?: number;
  children: (scale: BatchScale) => ReactNode;
};

const MARGIN = { top: 18, left: 0, right: 10, bottom: 0 } as const;
const LEFT = 50;
const BOTTOM = 34;
const TICK = { fontSize: 10.5, fill: 'var(--muted)' } as const;
const LEAST_TICK_PX = 26;
/** Marks on the edge of the plot are drawn whole. */
const EDGE = 5;

/** Value axis, grid and an axis of batch numbers: batch n lies between n − 0.5 and n + 0.5. */
export function BatchPlot({ numbers, low, high, unit, summary, height = 220, children }: BatchPlotProps) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const isSeen = useWasInView(frame);
  const clip = useId();
  const display = displayUnit(unit, Math.max(Math.abs(low), Math.abs(high)));
  const labels = ticksBetween(low / display.divisor, high / display.divisor, 5);
  const [yMin, yMax] = [labels[0] ?? 0, labels.at(-1) ?? 1];
  const from = (numbers[0] ?? 1) - 0.5;
  const to = (numbers.at(-1) ?? 1) + 0.5;
  const corners = useMemo(
    () => [
      { x: from, y: yMin },
      { x: to, y: yMax },
    ],
    [from, to, yMin, yMax],
  );
  const plotWidth = Math.max(10, width - LEFT - MARGIN.right);
  const plotHeight = height - MARGIN.top - BOTTOM;
  const slot = plotWidth / (to - from);
  const every = Math.max(1, Math.ceil(LEAST_TICK_PX / slot));
  const scale: BatchScale = {
    xOf: (batch) => LEFT + (batch - from) * slot,
    yOf: (value) => MARGIN.top + (1 - (value / display.divisor - yMin) / (yMax - yMin)) * plotHeight,
    slot,
    top: MARGIN.top,
    bottom: MARGIN.top + plotHeight,
    left: LEFT,
    right: LEFT + plotWidth,
  };
  return (
    <figure className="m-0">
      <figcaption className="sr-only">{summary}</figcaption>
      <div ref={frame} style={{ minHeight: height }} aria-hidden="true">
        {isSeen && width > 0 && (
          <ComposedChart width={width} height={height} data={corners} margin={MARGIN} accessibilityLayer={false}>
            <CartesianGrid vertical={false} stroke="var(--grid)" />
            <XAxis
              dataKey="x"
              type="number"
              domain={[from, to]}
              ticks={numbers.filter((_, index) => index % every === 0)}
              interval={0}
              height={BOTTOM}
              tick={TICK}
              axisLine={false}
              tickLine={false}
              label={{ value: 'batch', position: 'insideBottom', fontSize: 10.5, fill: 'var(--muted)', offset: 2 }}
            />
            <YAxis
              dataKey="y"
              type="number"
              domain={[yMin, yMax]}
              ticks={[...labels]}
              tickFormatter={(tick: number) => String(Number(tick.toPrecision(6)))}
              interval={0}
              width={LEFT}
              tick={TICK}
              axisLine={false}
              tickLine={false}
            />
            <text x={LEFT - 6} y={10} textAnchor="end" fontSize={10.5} fill="var(--muted)">
              {display.suffix}
            </text>
            <clipPath id={clip}>
              <rect x={LEFT - EDGE} y={MARGIN.top - EDGE} width={plotWidth + 2 * EDGE} height={plotHeight + 2 * EDGE} />
            </clipPath>
            <g clipPath={`url(#${clip})`}>{children(scale)}</g>
          </ComposedChart>
        )}
      </div>
    </figure>
  );
}

/** What the pointer finds over each batch: its numbers in words. */
export function BatchTitles({
  scale,
  batches,
}: {
  scale: BatchScale;
  batches: readonly { readonly number: number; readonly text: string }[];
}) {
  return batches.map(({ number, text }) => (
    <rect
      key={number}
      x={scale.xOf(number - 0.5)}
      y={scale.top}
      width={scale.slot}
      height={scale.bottom - scale.top}
      fill="transparent"
    >
      <title>{text}</title>
    </rect>
  ));
}
