'use client';

import { createContext, memo, useCallback, useContext, useMemo } from 'react';
import { CartesianGrid, ComposedChart, XAxis, YAxis } from 'recharts';
import type { ChartData } from '#components/chart/chart-data.ts';
import { ChartLayer } from '#components/chart/chart-layer.tsx';
import type { Geometry } from '#components/chart/geometry.ts';
import type { SeriesStyle } from '#components/chart/series-style.ts';

type ChartCanvasProps = {
  data: ChartData;
  geometry: Geometry;
  visible: ReadonlySet<string> | null;
  styles: readonly SeriesStyle[];
  utc: boolean;
  patternId: string;
};

const LayerContext = createContext<ChartCanvasProps | null>(null);

/**
 * recharts gives plot, value axis and grid and is told only of size and scale: its store costs some 10 ms a chart per
 * change. What moves with every poll reaches the layer inside of it through a context, past recharts.
 */
export const ChartCanvas = memo(function ChartCanvas(props: ChartCanvasProps) {
  const { geometry: g } = props;
  const tickText = g.valueTicks.map((tick) => String(Number((tick / g.display.divisor).toPrecision(6)))).join(' ');
  return (
    <LayerContext value={props}>
      <Plot
        width={g.width}
        height={g.height}
        left={g.left}
        top={g.top}
        right={g.width - g.left - g.plotWidth}
        bottom={g.height - g.top - g.plotHeight}
        tickText={tickText}
        suffix={g.display.suffix}
      />
    </LayerContext>
  );
});

type PlotProps = {
  width: number;
  height: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** The labels of the value axis, evenly spaced from bottom to top: one string, so that equal axes are equal props. */
  tickText: string;
  suffix: string;
};

const TICK = { fontSize: 10.5, fill: 'var(--muted)' } as const;
const CORNERS = [
  { t: 0, v: 0 },
  { t: 1, v: 1 },
];

const Plot = memo(function Plot({ width, height, left, top, right, bottom, tickText, suffix }: PlotProps) {
  const labels = useMemo(() => tickText.split(' '), [tickText]);
  const steps = Math.max(1, labels.length - 1);
  const margin = useMemo(() => ({ top, left: 0, right, bottom: 0 }), [top, right]);
  const ticks = useMemo(() => labels.map((_, index) => index), [labels]);
  const domain = useMemo(() => [0, steps], [steps]);
  const label = useCallback((index: number) => labels[index] ?? '', [labels]);
  return (
    <ComposedChart width={width} height={height} data={CORNERS} margin={margin} accessibilityLayer={false}>
      <CartesianGrid vertical={false} stroke="var(--grid)" />
      <XAxis dataKey="t" type="number" height={bottom} tick={false} axisLine={false} tickLine={false} />
      <YAxis
        dataKey="v"
        type="number"
        domain={domain}
        ticks={ticks}
        tickFormatter={label}
        interval={0}
        width={left}
        tick={TICK}
        axisLine={false}
        tickLine={false}
        allowDataOverflow
      />
      <text x={left - 6} y={10} textAnchor="end" fontSize={10.5} fill="var(--muted)">
        {suffix}
      </text>
      <LayerSlot />
    </ComposedChart>
  );
});

/** Constant for recharts; takes what is drawn from the context. */
function LayerSlot() {
  const props = useContext(LayerContext);
  return props === null ? null : <ChartLayer {...props} />;
}
