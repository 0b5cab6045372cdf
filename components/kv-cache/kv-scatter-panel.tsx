'use client';

import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo, useRef } from 'react';
import { LineKey } from '#components/chart/chart-tooltip.tsx';
import { plainStyle } from '#components/chart/series-style.ts';
import { useInView } from '#components/chart/use-in-view.ts';
import { XyChart, type XyCurve, type XyPoints } from '#components/chart/xy-chart.tsx';
import { PanelFrame } from '#components/panel/panel-frame.tsx';
import { PanelHelp } from '#components/panel/panel-help.tsx';
import { PanelError, PanelLoading } from '#components/panel/panel-states.tsx';
import { useScope } from '#components/panel/scope.tsx';
import { ProgressLine } from '#components/ui/skeleton.tsx';
import type { SeriesAnswer } from '#lib/api/series.ts';
import { seriesQuery } from '#lib/client/queries.ts';
import { useRange } from '#lib/client/url-state.ts';

const HEIGHT = 214;

export type KvClouds = { readonly points: readonly XyPoints[]; readonly note: string };

type KvScatterPanelProps = {
  title: string;
  signals: readonly string[];
  curve: XyCurve;
  curveKey: ReactNode;
  help: string;
  top?: number;
  /** Stays the same function: the clouds are made anew with another one. */
  cloudsOf: (answer: SeriesAnswer, names: ReadonlyMap<number, string>) => KvClouds;
};

/** Something over KV utilisation, one point per bucket and engine, against what a report says of it. */
export function KvScatterPanel({ title, signals, curve, curveKey, help, top, cloudsOf }: KvScatterPanelProps) {
  const scope = useScope();
  const { range, refreshMs } = useRange();
  const frame = useRef<HTMLElement>(null);
  const inView = useInView(frame);
  const options = seriesQuery(
    {
      signals,
      ...(scope?.group === 'subject' ? { subjects: scope.ids } : { kind: 'engine' }),
      from: range.from,
      to: range.to,
      points: 120,
      group: scope?.group ?? 'fleet',
    },
    refreshMs === false ? false : Math.max(refreshMs, 15_000),
  );
  const { data, error, refetch, isPlaceholderData } = useQuery({ ...options, enabled: inView && scope !== null });
  const clouds = useMemo(
    () => (data === undefined || scope === null ? null : cloudsOf(data, scope.names)),
    [data, scope, cloudsOf],
  );
  const count = clouds?.points.reduce((sum, { pairs }) => sum + pairs.length, 0) ?? 0;
  return (
    <PanelFrame
      ref={frame}
      title={title}
      titleExtra={<PanelHelp title={title} signals={signals} note={`${help} ${clouds?.note ?? ''}`.trim()} />}
    >
      <ProgressLine active={isPlaceholderData} />
      {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={clouds !== null} />}
      {clouds === null && error === null && <PanelLoading height={HEIGHT} isAsked={inView} />}
      {clouds !== null && (
        <>
          <XyChart
            points={clouds.points}
            curve={curve}
            height={HEIGHT}
            {...(top === undefined ? {} : { top })}
            xTitle="KV cache used"
            summary={`${title}: ${count} buckets of ${clouds.points.length} lines. ${help} ${clouds.note}`.trim()}
          />
          <ul className="flex flex-wrap gap-x-4 gap-y-1 px-3 pb-2 text-xs">
            <li className="flex items-center gap-1.5">{curveKey}</li>
            {clouds.points.map((cloud, index) => (
              <li key={cloud.id} className="flex items-center gap-1.5">
                <LineKey style={plainStyle(index, clouds.points.length)} /> {cloud.label}
              </li>
            ))}
          </ul>
          <p className="px-3 pb-2 text-xs text-muted">{count === 0 ? 'No bucket has both numbers.' : clouds.note}</p>
        </>
      )}
    </PanelFrame>
  );
}
