'use client';

import { BatchPlot } from '#components/chart/batch-plot.tsx';
import { plainStyle } from '#components/chart/series-style.ts';
import type { Unit } from '#lib/metrics/unit.ts';

export type BatchLine = {
  readonly id: string;
  readonly label: string;
  /** null breaks the line. */
  readonly points: readonly { readonly x: number; readonly value: number | null }[];
};

/** Runs over each other, batch 1 at batch 1. */
export function BatchLineChart({
  lines,
  unit,
  fromZero,
  summary,
}: {
  lines: readonly BatchLine[];
  unit: Unit;
  fromZero: boolean;
  summary: string;
}) {
  const values = lines.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []));
  const last = Math.max(1, ...lines.flatMap(({ points }) => points.map(({ x }) => Math.floor(x))));
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const lowest = fromZero || values.length === 0 ? low : Math.min(...values);
  return (
    <BatchPlot
      numbers={Array.from({ length: last }, (_, index) => index + 1)}
      low={lowest}
      high={high === lowest ? lowest + 1 : high}
      unit={unit}
      summary={summary}
    >
      {({ xOf, yOf }) =>
        lines.map((line, index) => {
          const { stroke, dash } = plainStyle(index, lines.length);
          const known = line.points.flatMap(({ x, value }) => (value === null ? [] : [{ x, value }]));
          return (
            <g key={line.id}>
              <path
                d={linePath(line.points, xOf, yOf)}
                fill="none"
                stroke={stroke}
                strokeWidth={2}
                {...(dash === undefined ? {} : { strokeDasharray: dash })}
              />
              {known.map(({ x, value }) => (
                <circle key={x} cx={xOf(x)} cy={yOf(value)} r={3} fill={stroke} />
              ))}
            </g>
          );
        })
      }
    </BatchPlot>
  );
}

function linePath(points: BatchLine['points'], xOf: (x: number) => number, yOf: (value: number) => number): string {
  return points
    .flatMap(({ x, value }, index) => {
      if (value === null) return [];
      const begins = index === 0 || points[index - 1]?.value === null;
      return [`${begins ? 'M' : 'L'}${xOf(x).toFixed(1)} ${yOf(value).toFixed(1)}`];
    })
    .join('');
}
