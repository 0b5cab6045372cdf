'use client';

import { useRef } from 'react';
import { timeTicks, timeTickText } from '#components/chart/ticks.ts';
import { useWidth } from '#components/chart/use-width.ts';
import { useUtc } from '#lib/client/url-state.ts';

type LaneEpisode = { readonly lane: string; readonly fromMs: number; readonly toMs: number | null };

const ROW_PX = 18;
const AXIS_PX = 20;
const MAX_LANES = 12;

/** When something held on whom: one lane for each subject, one bar for each episode. */
export function EpisodeLanes({
  fromMs,
  toMs,
  episodes,
  label,
}: {
  fromMs: number;
  toMs: number;
  episodes: readonly LaneEpisode[];
  label: string;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const [utc] = useUtc();
  const names = [...new Set(episodes.map(({ lane }) => lane))].slice(0, MAX_LANES);
  const height = names.length * ROW_PX + AXIS_PX;
  const x = (ms: number) => ((ms - fromMs) / (toMs - fromMs)) * width;
  const ticks = width === 0 ? [] : timeTicks(fromMs, toMs, Math.max(2, Math.floor(width / 90)), utc);
  const stepMs = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  return (
    <div ref={frame} style={{ minHeight: height }}>
      {width > 0 && (
        <svg role="img" aria-label={label} width={width} height={height}>
          {ticks.map((tick) => (
            <g key={tick}>
              <line x1={x(tick)} x2={x(tick)} y1="0" y2={height - AXIS_PX} stroke="var(--grid)" />
              <text x={x(tick)} y={height - 6} fontSize="10.5" textAnchor="middle" fill="var(--muted)">
                {timeTickText(tick, stepMs, utc)}
              </text>
            </g>
          ))}
          {names.map((name, row) => (
            <g key={name} transform={`translate(0 ${row * ROW_PX})`}>
              <line x1="0" x2={width} y1={ROW_PX - 1} y2={ROW_PX - 1} stroke="var(--line)" />
              <text x="2" y="12" fontSize="10" fill="var(--muted)">
                {name.slice(0, Math.floor(width / 8))}
              </text>
              {episodes
                .filter(({ lane }) => lane === name)
                .map((episode) => (
                  <rect
                    key={episode.fromMs}
                    x={x(episode.fromMs)}
                    y="3"
                    width={Math.max(2, x(episode.toMs ?? toMs) - x(episode.fromMs))}
                    height={ROW_PX - 7}
                    fill="var(--danger)"
                    fillOpacity="0.85"
                  />
                ))}
            </g>
          ))}
        </svg>
      )}
    </div>
  );
}
