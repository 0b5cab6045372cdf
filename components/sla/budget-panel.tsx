'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { TimeSeriesChart } from '#components/chart/time-series-chart.tsx';
import { useInView } from '#components/chart/use-in-view.ts';
import { hasValues, panelData } from '#components/panel/panel-data.ts';
import { PanelFrame } from '#components/panel/panel-frame.tsx';
import { PanelHelp } from '#components/panel/panel-help.tsx';
import { PanelError, PanelLoading } from '#components/panel/panel-states.tsx';
import type { SlaEngine } from '#lib/api/sla.ts';
import { BUDGET_SIGNALS, budgetSeries } from '#lib/client/budget-series.ts';
import { seriesQuery } from '#lib/client/queries.ts';
import { useUtc } from '#lib/client/url-state.ts';

const TITLE = 'Error budget left';
const HEIGHT = 190;
const POINTS = 240;
const REFRESH_MS = 60_000;
const MOST_LINES = 40;
const SPEC = { id: 'budget', title: TITLE, signals: ['slo_budget_left'] } as const;

/** How the budget of each promise went over its own window, whatever range the page shows. */
export function BudgetPanel({ engines, names }: { engines: readonly SlaEngine[]; names: ReadonlyMap<number, string> }) {
  const [utc] = useUtc();
  const frame = useRef<HTMLElement>(null);
  const inView = useInView(frame);
  const [visible, setVisible] = useState<ReadonlySet<string> | null>(null);
  const promised = engines.filter(({ promise }) => promise.promisedBy !== 'nobody').slice(0, MOST_LINES);
  const windowMs = Math.max(...promised.map(({ promise }) => promise.windowMs), 0);
  const { data, error, refetch } = useQuery({
    ...seriesQuery(
      {
        signals: BUDGET_SIGNALS,
        subjects: promised.map(({ id }) => id),
        from: `now-${Math.round(windowMs / 3_600_000)}h`,
        to: 'now',
        points: POINTS,
        group: 'subject',
      },
      REFRESH_MS,
    ),
    enabled: inView && promised.length > 0,
  });
  const chart = useMemo(
    () =>
      data === undefined
        ? null
        : panelData(SPEC, budgetSeries(data, engines), { names, group: 'subject', baselineRps: null }),
    [data, engines, names],
  );
  return (
    <PanelFrame
      ref={frame}
      title={TITLE}
      titleExtra={
        <PanelHelp
          title={TITLE}
          signals={SPEC.signals}
          note="Over the whole window of the promise: what slow requests so far have spent of what all requests of the window allow. Below 0 it is overspent."
        />
      }
    >
      {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={chart !== null} />}
      {promised.length === 0 && <p className="px-3 pb-3 text-muted">Nothing is promised, so there is no budget.</p>}
      {promised.length > 0 && chart === null && error === null && <PanelLoading height={HEIGHT} isAsked={inView} />}
      {chart !== null && !hasValues(chart) && (
        <p className="px-3 pb-3 text-muted">No request was measured against the promise in its window.</p>
      )}
      {chart !== null && hasValues(chart) && (
        <TimeSeriesChart
          title={TITLE}
          data={chart}
          utc={utc}
          height={HEIGHT}
          visible={visible}
          onVisible={setVisible}
        />
      )}
    </PanelFrame>
  );
}
