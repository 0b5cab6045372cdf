'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { LineKey } from '#components/chart/chart-tooltip.tsx';
import { plainStyle } from '#components/chart/series-style.ts';
import { useInView } from '#components/chart/use-in-view.ts';
import { XyChart } from '#components/chart/xy-chart.tsx';
import { EXPECTATION_CURVE, expectationClouds } from '#components/kv-cache/kv-expectation-data.ts';
import { PanelFrame } from '#components/panel/panel-frame.tsx';
import { PanelHelp } from '#components/panel/panel-help.tsx';
import { PanelError, PanelLoading } from '#components/panel/panel-states.tsx';
import { useScope } from '#components/panel/scope.tsx';
import { ProgressLine } from '#components/ui/skeleton.tsx';
import { seriesQuery } from '#lib/client/queries.ts';
import { useRange } from '#lib/client/url-state.ts';
import { KV_EXPECTATION_SOURCE } from '#lib/metrics/kv-expectation.ts';

const TITLE = 'Throughput against KV utilisation';
const SIGNALS = ['kv_cache_utilization', 'requests_per_second', 'baseline_rps'] as const;
const HEIGHT = 214;
const FULL = {
  baseline: '100 % is each engine’s baseline.',
  highest: '100 % is the highest rate of the window, since no baseline is known.',
  mixed: '100 % is the baseline, or the highest rate of the window where none is known.',
} as const;

/** Does throughput fall with a filling cache as the report expects? One point per bucket. */
export function KvExpectationPanel() {
  const scope = useScope();
  const { range, refreshMs } = useRange();
  const frame = useRef<HTMLElement>(null);
  const inView = useInView(frame);
  const options = seriesQuery(
    {
      signals: SIGNALS,
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
    () => (data === undefined || scope === null ? null : expectationClouds(data, scope.names)),
    [data, scope],
  );
  const count = clouds?.points.reduce((sum, { pairs }) => sum + pairs.length, 0) ?? 0;
  return (
    <PanelFrame
      ref={frame}
      title={TITLE}
      titleExtra={
        <PanelHelp
          title={TITLE}
          signals={SIGNALS}
          note={`Dark steps: what report ${KV_EXPECTATION_SOURCE} expects. Dots: one bucket each. ${FULL[clouds?.fullIs ?? 'baseline']}`}
        />
      }
    >
      <ProgressLine active={isPlaceholderData} />
      {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={clouds !== null} />}
      {clouds === null && error === null && <PanelLoading height={HEIGHT} />}
      {clouds !== null && (
        <>
          <XyChart
            points={clouds.points}
            curve={EXPECTATION_CURVE}
            height={HEIGHT}
            xTitle="KV cache used"
            summary={`${TITLE}: ${count} buckets of ${clouds.points.length} lines against the expectation of report 002. ${FULL[clouds.fullIs]}`}
          />
          <ul className="flex flex-wrap gap-x-4 gap-y-1 px-3 pb-2 text-xs">
            <li className="flex items-center gap-1.5">
              <span aria-hidden className="h-0.5 w-3.5 bg-text" /> expected (002)
            </li>
            {clouds.points.map((cloud, index) => (
              <li key={cloud.id} className="flex items-center gap-1.5">
                <LineKey style={plainStyle(index, clouds.points.length)} /> {cloud.label}
              </li>
            ))}
          </ul>
          <p className="px-3 pb-2 text-xs text-muted">
            {count === 0 ? 'No bucket has both numbers.' : FULL[clouds.fullIs]}
          </p>
        </>
      )}
    </PanelFrame>
  );
}
