import { memo } from 'react';
import type { ChartSeries } from '#components/chart/chart-data.ts';
import { runs } from '#components/chart/paths.ts';

type SparklineProps = {
  /** Bucket starts and their values; the same arrays give the same line without a look at them. */
  t: ChartSeries['t'];
  mean: ChartSeries['mean'];
  fromMs: number;
  toMs: number;
  stepMs: number;
  /** Top of the axis; the highest value when absent. */
  max?: number;
  label: string;
};

const WIDTH = 96;
const HEIGHT = 20;

/** A small line with gaps, no axes, no library. */
export const Sparkline = memo(function Sparkline({ t, mean, fromMs, toMs, stepMs, max, label }: SparklineProps) {
  const top = max ?? Math.max(1e-9, ...mean.filter((value): value is number => value !== null));
  const x = (ms: number) => (((ms - fromMs) / (toMs - fromMs)) * WIDTH).toFixed(1);
  const y = (value: number) => (HEIGHT - 1.5 - (Math.min(value, top) / top) * (HEIGHT - 3)).toFixed(1);
  let line = '';
  for (const [start, end] of runs({ t, mean }, stepMs)) {
    for (let index = start; index < end; index++) {
      const at = `${x((t[index] ?? 0) + stepMs / 2)} ${y(mean[index] ?? 0)}`;
      line += end - start === 1 ? `M${at}h0` : `${index === start ? 'M' : 'L'}${at}`;
    }
  }
  return (
    <svg role="img" aria-label={label} width={WIDTH} height={HEIGHT} className="inline-block align-middle">
      <line x1="0" x2={WIDTH} y1={HEIGHT - 1} y2={HEIGHT - 1} stroke="var(--line)" />
      <path d={line} fill="none" stroke="var(--series-1)" strokeWidth="1.25" strokeLinecap="round" />
    </svg>
  );
});
