'use client';

import { memo, useMemo, useRef } from 'react';
import { CartesianGrid, ComposedChart, XAxis, YAxis } from 'recharts';
import { plainStyle } from '#components/chart/series-style.ts';
import { valueTicks } from '#components/chart/ticks.ts';
import { useWidth } from '#components/chart/use-width.ts';

export type XyPoints = {
  readonly id: string;
  readonly label: string;
  readonly pairs: readonly (readonly [number, number])[];
};

/** Steps with a lower and an upper edge; null edges are a range without a number. */
export type XyCurve = readonly {
  readonly from: number;
  readonly to: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly label: string;
}[];

type XyChartProps = {
  points: readonly XyPoints[];
  curve: XyCurve;
  summary: string;
  height: number;
  xTitle: string;
  /** The axis reaches at least this; 1 for shares that cannot be more. */
  top?: number;
};

const MARGIN = { top: 8, left: 0, right: 10, bottom: 0 } as const;
const LEFT = 46;
const BOTTOM = 36;
const TICK = { fontSize: 10.5, fill: 'var(--muted)' } as const;
const X_TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
const percent = (value: number) => `${Math.round(value * 100)}%`;

/** Clouds of two shares against a curve that is expected. */
export const XyChart = memo(function XyChart({
  points,
  curve,
  summary,
  height,
  xTitle,
  top: least = 1.05,
}: XyChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const top = useMemo(
    () => Math.max(least, ...points.flatMap(({ pairs }) => pairs.map(([, y]) => y))),
    [points, least],
  );
  const yTicks = useMemo(() => [...valueTicks(top, 5, false)], [top]);
  const yMax = yTicks.at(-1) ?? 1;
  const corners = useMemo(
    () => [
      { x: 0, y: 0 },
      { x: 1, y: yMax },
    ],
    [yMax],
  );
  const plotWidth = Math.max(10, width - LEFT - MARGIN.right);
  const plotHeight = height - MARGIN.top - BOTTOM;
  const xOf = (x: number) => (LEFT + Math.min(1, x) * plotWidth).toFixed(1);
  const yOf = (y: number) => (MARGIN.top + (1 - y / yMax) * plotHeight).toFixed(1);
  return (
    <figure className="m-0">
      <figcaption className="sr-only">{summary}</figcaption>
      <div ref={frame} style={{ minHeight: height }} aria-hidden="true">
        {width > 0 && (
          <ComposedChart width={width} height={height} data={corners} margin={MARGIN} accessibilityLayer={false}>
            <CartesianGrid stroke="var(--grid)" />
            <XAxis
              dataKey="x"
              type="number"
              domain={[0, 1]}
              ticks={X_TICKS}
              tickFormatter={percent}
              height={BOTTOM}
              tick={TICK}
              axisLine={false}
              tickLine={false}
              label={{ value: xTitle, position: 'insideBottom', fontSize: 10.5, fill: 'var(--muted)', offset: 2 }}
            />
            <YAxis
              dataKey="y"
              type="number"
              domain={[0, yMax]}
              ticks={yTicks}
              tickFormatter={percent}
              width={LEFT}
              tick={TICK}
              axisLine={false}
              tickLine={false}
            />
            <g>
              {curve.map((step) =>
                step.low === null || step.high === null ? (
                  <g key={step.from}>
                    <rect
                      x={xOf(step.from)}
                      y={MARGIN.top}
                      width={(step.to - step.from) * plotWidth}
                      height={plotHeight}
                      fill="var(--danger)"
                      fillOpacity={0.08}
                    />
                    <text
                      x={Number(xOf(step.to)) - 4}
                      y={MARGIN.top + 12}
                      textAnchor="end"
                      fontSize="10"
                      fill="var(--muted)"
                    >
                      {step.label}
                    </text>
                  </g>
                ) : (
                  <rect
                    key={step.from}
                    x={xOf(step.from)}
                    y={yOf(step.high)}
                    width={(step.to - step.from) * plotWidth}
                    height={Math.max(1.5, Number(yOf(step.low)) - Number(yOf(step.high)))}
                    fill="var(--text)"
                    fillOpacity={step.low === step.high ? 0.7 : 0.35}
                  />
                ),
              )}
              {points.map((cloud, index) => (
                <path
                  key={cloud.id}
                  d={cloud.pairs.map(([x, y]) => `M${xOf(x)} ${yOf(y)}h0`).join('')}
                  stroke={plainStyle(index, points.length).stroke}
                  strokeWidth={4.5}
                  strokeLinecap="round"
                  strokeOpacity={0.45}
                />
              ))}
            </g>
          </ComposedChart>
        )}
      </div>
    </figure>
  );
});
