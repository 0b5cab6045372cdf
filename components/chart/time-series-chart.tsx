'use client';

import { memo, useId, useMemo, useRef, useState } from 'react';
import { ChartCanvas } from '#components/chart/chart-canvas.tsx';
import type { ChartData } from '#components/chart/chart-data.ts';
import { ChartLegend } from '#components/chart/chart-legend.tsx';
import { ChartOverlay } from '#components/chart/chart-overlay.tsx';
import { ChartTable } from '#components/chart/chart-table.tsx';
import { chartGeometry, type Geometry, sameGeometry } from '#components/chart/geometry.ts';
import { MAX_COLOURED, type SeriesStyle, seriesStyles } from '#components/chart/series-style.ts';
import { seriesStats } from '#components/chart/stats.ts';
import { chartSummary } from '#components/chart/summary.ts';
import { useWidth } from '#components/chart/use-width.ts';

export type TimeSeriesChartProps = {
  title: string;
  data: ChartData;
  utc: boolean;
  height?: number;
  /** Ratios that are a share of something full: the axis always reaches 100 %. */
  fullRatio?: boolean;
  visible: ReadonlySet<string> | null;
  onVisible: (visible: ReadonlySet<string> | null) => void;
  asTable?: boolean;
  onZoom?: (fromMs: number, toMs: number) => void;
  onZoomOut?: () => void;
};

/** Lines over time with bands, targets, marks and gaps. Re-renders only when its data, size or selection change. */
export const TimeSeriesChart = memo(function TimeSeriesChart(props: TimeSeriesChartProps) {
  const { title, data, utc, height = 190, fullRatio = false, visible, onVisible, asTable = false } = props;
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const id = useId();
  const computed = useMemo(
    () => chartGeometry(data, { width: Math.max(width, 120), height, utc, visible, fullRatio }),
    [data, width, height, utc, visible, fullRatio],
  );
  const geometry = useShared(computed);
  const styles = useStyles(data, visible);
  const summary = useMemo(() => chartSummary(title, data, geometry.display), [title, data, geometry.display]);
  return (
    <figure className="@container m-0">
      <figcaption className="sr-only">{summary}</figcaption>
      <div ref={frame} className="relative" style={{ minHeight: height }}>
        {asTable && (
          <ChartTable
            title={title}
            data={data}
            display={geometry.display}
            visible={visible}
            utc={utc}
            height={height}
          />
        )}
        {!asTable && width > 0 && (
          <>
            <div aria-hidden="true">
              <ChartCanvas data={data} geometry={geometry} visible={visible} styles={styles} utc={utc} patternId={id} />
            </div>
            <ChartOverlay
              chartId={id}
              title={title}
              data={data}
              geometry={geometry}
              visible={visible}
              styles={styles}
              utc={utc}
              onZoom={props.onZoom}
              onZoomOut={props.onZoomOut}
            />
          </>
        )}
      </div>
      <ChartLegend data={data} display={geometry.display} visible={visible} styles={styles} onVisible={onVisible} />
    </figure>
  );
});

/** Stable while lines come and go nowhere, so that a poll does not restyle them. */
function useStyles(data: ChartData, visible: ReadonlySet<string> | null): readonly SeriesStyle[] {
  const highlighted = highlightedIndex(data, visible);
  const identity = JSON.stringify(data.series.map(({ subject, reference }) => ({ subject, reference })));
  return useMemo(() => seriesStyles(JSON.parse(identity), highlighted), [identity, highlighted]);
}

/** Keeps the former geometry while the new one is equal to it. */
function useShared(computed: Geometry): Geometry {
  const [kept, setKept] = useState(computed);
  const shared = sameGeometry(kept, computed);
  if (shared !== kept) setKept(shared);
  return shared;
}

/** Of many lines the chosen one stands out, else the one that is highest now. */
function highlightedIndex(data: ChartData, visible: ReadonlySet<string> | null): number {
  if (data.series.length <= MAX_COLOURED) return -1;
  if (visible !== null && visible.size === 1) return data.series.findIndex(({ id }) => visible.has(id));
  let best = 0;
  let bestValue = Number.NEGATIVE_INFINITY;
  data.series.forEach((series, index) => {
    const last = seriesStats(series, data.toMs, data.stepMs).last ?? Number.NEGATIVE_INFINITY;
    if (last > bestValue) [best, bestValue] = [index, last];
  });
  return best;
}
