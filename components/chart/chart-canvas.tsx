'use client';

import { memo, useCallback, useMemo } from 'react';
import { CartesianGrid, ComposedChart, XAxis, YAxis } from 'recharts';
import type { ChartData } from '#components/chart/chart-data.ts';
import { ChartLayer } from '#components/chart/chart-layer.tsx';
import type { Geometry } from '#components/chart/geometry.ts';
import { timeTickText } from '#components/chart/ticks.ts';

type ChartCanvasProps = {
  data: ChartData;
  geometry: Geometry;
  visible: ReadonlySet<string> | null;
  highlighted: number;
  utc: boolean;
  patternId: string;
};

const TICK = { fontSize: 10.5, fill: 'var(--muted)' } as const;

/** Axes and grid by recharts, with every tick given so that it computes nothing; the data are drawn by `ChartLayer`. */
export const ChartCanvas = memo(function ChartCanvas({ data, geometry: g, visible, highlighted, utc, patternId }: ChartCanvasProps) {
  const margin = useMemo(
    () => ({ top: g.top, left: 0, right: g.width - g.left - g.plotWidth, bottom: 0 }),
    [g.top, g.width, g.left, g.plotWidth],
  );
  // Two corner points: recharts draws axes only for a chart that has data.
  const corners = useMemo(
    () => [
      { t: g.fromMs, v: 0 },
      { t: g.toMs, v: g.maxValue },
    ],
    [g.fromMs, g.toMs, g.maxValue],
  );
  const tickStepMs = (g.timeTicks[1] ?? 0) - (g.timeTicks[0] ?? 0);
  const timeText = useCallback((ms: number) => timeTickText(ms, tickStepMs, utc), [tickStepMs, utc]);
  const { divisor } = g.display;
  const valueText = useCallback((value: number) => String(Number((value / divisor).toPrecision(6))), [divisor]);
  const timeDomain = useMemo(() => [g.fromMs, g.toMs], [g.fromMs, g.toMs]);
  const valueDomain = useMemo(() => [0, g.maxValue], [g.maxValue]);
  const timeTicks = useMemo(() => [...g.timeTicks], [g.timeTicks]);
  const valueTicks = useMemo(() => [...g.valueTicks], [g.valueTicks]);
  return (
    <ComposedChart
      width={g.width}
      height={g.height}
      data={corners}
      margin={margin}
      accessibilityLayer={false}
    >
      <CartesianGrid vertical={false} stroke="var(--grid)" />
      <XAxis
        dataKey="t"
        type="number"
        scale="linear"
        domain={timeDomain}
        ticks={timeTicks}
        tickFormatter={timeText}
        interval={0}
        height={22}
        tick={TICK}
        tickSize={3}
        axisLine={false}
        tickLine={false}
        allowDataOverflow
      />
      <YAxis
        dataKey="v"
        type="number"
        domain={valueDomain}
        ticks={valueTicks}
        tickFormatter={valueText}
        interval={0}
        width={g.left}
        tick={TICK}
        axisLine={false}
        tickLine={false}
        allowDataOverflow
      />
      <ChartLayer data={data} geometry={g} visible={visible} highlighted={highlighted} patternId={patternId} />
    </ComposedChart>
  );
});
