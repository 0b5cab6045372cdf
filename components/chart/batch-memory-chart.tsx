'use client';

import { BatchPlot, type BatchScale, BatchTitles } from '#components/chart/batch-plot.tsx';
import type { BatchPoint, FittedLine } from '#lib/client/floor-line.ts';

export type BatchMemoryPoint = {
  readonly number: number;
  readonly beforeBytes: number | null;
  readonly afterBytes: number | null;
  readonly peakBytes: number | null;
  readonly text: string;
};

type BatchMemoryChartProps = {
  batches: readonly BatchMemoryPoint[];
  floors: readonly BatchPoint[];
  line: FittedLine | null;
  peaks: boolean;
  summary: string;
};

/** Less than report 003 lets a whole run gain must not look like a cliff. */
const LEAST_SPAN_BYTES = 0.5e9;
const MARGIN_SHARE = 0.06;

/** Idle memory before and after every batch, its peak, and the line through the floors with its 95 % band. */
export function BatchMemoryChart({ batches, floors, line, peaks, summary }: BatchMemoryChartProps) {
  const known = [
    ...batches.flatMap(({ beforeBytes, afterBytes, peakBytes }) => [beforeBytes, afterBytes, peaks ? peakBytes : null]),
    ...floors.map(({ bytes }) => bytes),
  ].filter((bytes) => bytes !== null);
  const [lowest, highest] = known.length === 0 ? [0, LEAST_SPAN_BYTES] : [Math.min(...known), Math.max(...known)];
  const missing = Math.max(0, LEAST_SPAN_BYTES - (highest - lowest));
  const margin = (highest - lowest + missing) * MARGIN_SHARE;
  return (
    <BatchPlot
      numbers={batches.map(({ number }) => number)}
      low={Math.max(0, lowest - missing / 2 - margin)}
      high={highest + missing / 2 + margin}
      unit="bytes"
      summary={summary}
    >
      {(scale) => (
        <>
          {line !== null && <Band scale={scale} band={line.band} />}
          {batches.map((batch) => (
            <BatchMark key={batch.number} scale={scale} batch={batch} peaks={peaks} />
          ))}
          {line?.pieces.map(({ from, to }) => (
            <line
              key={from.x}
              x1={scale.xOf(from.x)}
              y1={scale.yOf(from.bytes)}
              x2={scale.xOf(to.x)}
              y2={scale.yOf(to.bytes)}
              stroke="var(--text)"
              strokeWidth={1.5}
              strokeDasharray="5 3"
            />
          ))}
          {floors.map(({ x, bytes }) => (
            <circle
              key={`${x} ${bytes}`}
              cx={scale.xOf(x)}
              cy={scale.yOf(bytes)}
              r={2.5}
              fill="var(--surface)"
              stroke="var(--text)"
              strokeWidth={1.5}
            />
          ))}
          <BatchTitles scale={scale} batches={batches} />
        </>
      )}
    </BatchPlot>
  );
}

function Band({ scale, band }: { scale: BatchScale; band: FittedLine['band'] }) {
  const edge = (points: FittedLine['band'], side: 'low' | 'high') =>
    points.map((point) => `${scale.xOf(point.x).toFixed(1)} ${scale.yOf(point[side]).toFixed(1)}`);
  const outline = [...edge(band, 'high'), ...edge(band.toReversed(), 'low')];
  return <path d={`M${outline.join('L')}Z`} fill="var(--text)" fillOpacity={0.12} />;
}

function BatchMark({ scale, batch, peaks }: { scale: BatchScale; batch: BatchMemoryPoint; peaks: boolean }) {
  const { number, beforeBytes, afterBytes, peakBytes } = batch;
  const [left, middle, right] = [scale.xOf(number - 0.5), scale.xOf(number), scale.xOf(number + 0.5)];
  const tick = Math.min(9, scale.slot * 0.3);
  return (
    <>
      {beforeBytes !== null && afterBytes !== null && (
        <line
          x1={left}
          y1={scale.yOf(beforeBytes)}
          x2={right}
          y2={scale.yOf(afterBytes)}
          stroke="var(--series-1)"
          strokeWidth={2.5}
          strokeLinecap="round"
        />
      )}
      {peaks && peakBytes !== null && (
        <path
          d={`M${middle - tick} ${scale.yOf(peakBytes)}h${2 * tick}`}
          stroke="var(--series-2)"
          strokeWidth={2.5}
          strokeLinecap="round"
        />
      )}
    </>
  );
}
