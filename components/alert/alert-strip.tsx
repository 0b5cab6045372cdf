import { memo } from 'react';
import { SEVERITY_COLOURS } from '#components/status/severity-colours.ts';
import type { AlertStripView } from '#lib/api/alert-strips.ts';
import { stripSummary } from '#lib/client/strip-words.ts';
import type { Severity } from '#lib/rules/rule.ts';

const CELL = 4;
const HEIGHT = 18;

/**
 * 24 hourly cells: height is the share of the hour in which it fired. Acked time is an outline, muted time a slash below
 * the base line, so that neither needs a colour.
 */
export const AlertStrip = memo(function AlertStrip({
  strip,
  severity,
}: {
  strip: AlertStripView | undefined;
  severity: Severity;
}) {
  const width = 24 * CELL;
  if (strip === undefined) return <span className="inline-block h-4.5 w-24" />;
  const base = HEIGHT - 4;
  return (
    <svg role="img" aria-label={stripSummary(strip)} width={width} height={HEIGHT} className="inline-block">
      <line x1="0" x2={width} y1={base + 0.5} y2={base + 0.5} stroke="var(--line)" />
      {strip.firing.map((share, hour) => {
        const height = share === 0 ? 0 : Math.max(2, share * base);
        const acked = (strip.acked[hour] ?? 0) > 0;
        const muted = (strip.muted[hour] ?? 0) > 0;
        const x = hour * CELL;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its hour
          <g key={hour}>
            {height > 0 && (
              <rect
                x={x + 0.5}
                y={base - height}
                width={CELL - 1}
                height={height}
                fill={SEVERITY_COLOURS[severity]}
                fillOpacity={acked ? 0.25 : 1}
                stroke={acked ? SEVERITY_COLOURS[severity] : 'none'}
                strokeWidth={acked ? 0.8 : 0}
              />
            )}
            {muted && <path d={`M${x} ${HEIGHT} L${x + CELL} ${base + 1.5}`} stroke="var(--muted)" strokeWidth="1" />}
          </g>
        );
      })}
    </svg>
  );
});
