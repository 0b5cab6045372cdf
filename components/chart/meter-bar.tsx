import { memo } from 'react';
import { cx } from '#components/ui/class-names.ts';
import type { Level } from '#lib/client/band-level.ts';
import { bandOf } from '#lib/client/band-level.ts';
import { findSignal } from '#lib/metrics/signals.ts';

const FILLS: Record<Level, string> = {
  safe: 'var(--series-1)',
  warning: 'var(--warn)',
  danger: 'var(--danger)',
  unknown: 'var(--series-1)',
};

type MeterBarProps = {
  value: number | null;
  label: string;
  level?: Level;
  /** Draws the limits of this signal's bands as ticks. */
  signalId?: string;
  className?: string;
};

/** A share of something full. Unknown is hatched, never empty. */
export const MeterBar = memo(function MeterBar({
  value,
  label,
  level = 'unknown',
  signalId,
  className,
}: MeterBarProps) {
  const bands = signalId === undefined ? [] : (findSignal(signalId)?.bands ?? []);
  const share = value === null ? null : Math.min(1, Math.max(0, value));
  const word = bandOf(value, bands)?.label;
  return (
    <svg
      role="img"
      aria-label={
        value === null ? `${label}: unknown` : `${label}: ${Math.round(value * 100)} %${word ? `, ${word}` : ''}`
      }
      viewBox="0 0 100 8"
      preserveAspectRatio="none"
      className={cx(className ?? 'h-2 w-full', share === null && 'hatched')}
    >
      <rect width="100" height="8" rx="1" fill="var(--hover)" fillOpacity={share === null ? 0.3 : 1} />
      {share !== null && <rect width={share * 100} height="8" rx="1" fill={FILLS[level]} />}
      {bands.flatMap(({ from }) =>
        from !== null && from > 0 && from < 1 ? (
          <line key={from} x1={from * 100} x2={from * 100} y1="0" y2="8" stroke="var(--surface)" strokeWidth="0.8" />
        ) : (
          []
        ),
      )}
    </svg>
  );
});
