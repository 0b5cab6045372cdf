'use client';

import { BatchPlot, type BatchScale, BatchTitles } from '#components/chart/batch-plot.tsx';
import { formatValue, type Unit } from '#lib/metrics/unit.ts';

export type BatchBar = {
  readonly number: number;
  readonly value: number | null;
  readonly text: string;
  /** Its value may still change: drawn pale, and held against no band. */
  readonly isOpen: boolean;
};

type BatchBarChartProps = {
  bars: readonly BatchBar[];
  unit: Unit;
  /** All bars should end within it: the highest one and a share of it. null without two values. */
  band: { readonly low: number; readonly high: number } | null;
  expected: number | null;
  summary: string;
};

const LABEL_PX = 34;

/** One bar a batch against the band that batches may differ within. Unknown is a question mark, never a bar of 0. */
export function BatchBarChart({ bars, unit, band, expected, summary }: BatchBarChartProps) {
  const high = Math.max(expected ?? 0, ...bars.flatMap(({ value }) => value ?? []));
  return (
    <BatchPlot
      numbers={bars.map(({ number }) => number)}
      low={0}
      high={high === 0 ? 1 : high * 1.08}
      unit={unit}
      summary={summary}
    >
      {(scale) => (
        <>
          {bars.map((bar) => (
            <Bar key={bar.number} scale={scale} bar={bar} unit={unit} isLow={band !== null && isBelow(bar, band.low)} />
          ))}
          {band !== null && (
            <>
              <rect
                x={scale.left}
                y={scale.yOf(band.high)}
                width={scale.right - scale.left}
                height={scale.yOf(band.low) - scale.yOf(band.high)}
                fill="var(--text)"
                fillOpacity={0.12}
              />
              <Level scale={scale} value={band.high} />
              <Level scale={scale} value={band.low} />
            </>
          )}
          {expected !== null && <Level scale={scale} value={expected} dash="2 4" />}
          <BatchTitles scale={scale} batches={bars} />
        </>
      )}
    </BatchPlot>
  );
}

/** 0.2 × 0.9 is not exactly 0.18. */
const ROUNDING = 1e-9;
export const isBelow = ({ value, isOpen }: Pick<BatchBar, 'value' | 'isOpen'>, low: number): boolean =>
  value !== null && !isOpen && value < low - ROUNDING;

/** Of the bar of a batch that still runs. */
export const OPEN_LOOK = { fillOpacity: 0.3, stroke: 'var(--series-1)', strokeDasharray: '3 3' } as const;

function Level({ scale, value, dash }: { scale: BatchScale; value: number; dash?: string }) {
  const y = scale.yOf(value);
  return (
    <line
      x1={scale.left}
      x2={scale.right}
      y1={y}
      y2={y}
      stroke="var(--text)"
      strokeWidth={dash === undefined ? 1 : 1.5}
      {...(dash === undefined ? {} : { strokeDasharray: dash })}
    />
  );
}

function Bar({ scale, bar, unit, isLow }: { scale: BatchScale; bar: BatchBar; unit: Unit; isLow: boolean }) {
  const width = Math.max(1.5, Math.min(56, scale.slot * 0.7));
  const middle = scale.xOf(bar.number);
  if (bar.value === null) {
    return (
      <text x={middle} y={scale.bottom - 6} textAnchor="middle" fontSize={10.5} fill="var(--muted)">
        {scale.slot > 8 ? '?' : ''}
      </text>
    );
  }
  const y = scale.yOf(bar.value);
  return (
    <g>
      <rect
        x={middle - width / 2}
        y={y}
        width={width}
        height={scale.bottom - y}
        fill={isLow ? 'var(--warn)' : 'var(--series-1)'}
        {...(bar.isOpen ? OPEN_LOOK : {})}
      />
      {isLow && <path d={`M${middle} ${y - 9}l4 7h-8Z`} fill="var(--warn)" />}
      {width >= LABEL_PX && (
        <text
          x={middle}
          y={scale.bottom - 6}
          textAnchor="middle"
          fontSize={10.5}
          fontWeight={600}
          fill={bar.isOpen ? 'var(--text)' : 'var(--surface)'}
        >
          {formatValue(bar.value, unit).replace(/ .*$/, '')}
        </text>
      )}
    </g>
  );
}
