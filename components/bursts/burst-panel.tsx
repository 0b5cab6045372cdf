'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { burstQueue, burstRates } from '#components/bursts/burst-chart-data.ts';
import { BurstFacts } from '#components/bursts/burst-facts.tsx';
import { BurstSignals } from '#components/bursts/burst-signals.tsx';
import { BurstStatus } from '#components/bursts/burst-status.tsx';
import type { ChartData } from '#components/chart/chart-data.ts';
import { TimeSeriesChart } from '#components/chart/time-series-chart.tsx';
import { PanelError, PanelLoading } from '#components/panel/panel-states.tsx';
import { Picture } from '#components/run/picture.tsx';
import { FastPolling } from '#components/target/fast-polling.tsx';
import { Card } from '#components/ui/card.tsx';
import type { BurstDetail } from '#lib/api/bursts.ts';
import type { Target } from '#lib/api/targets.ts';
import { burstQuery } from '#lib/client/burst-queries.ts';
import { burstHeadline } from '#lib/client/burst-words.ts';
import { targetsQuery } from '#lib/client/queries.ts';
import { useUtc } from '#lib/client/url-state.ts';

/** One burst: what is known of it by now, its polls, and each signal's way back. */
export function BurstPanel({ id }: { id: number }) {
  const { data, error, refetch } = useQuery(burstQuery(id));
  return (
    <section aria-label="Burst" className="space-y-3">
      {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={data !== undefined} />}
      {data === undefined && error === null && <PanelLoading height={320} />}
      {data !== undefined && <BurstBody detail={data} />}
    </section>
  );
}

function BurstBody({ detail }: { detail: BurstDetail }) {
  const { burst, subject } = detail;
  const target = useTargetOf(subject.id);
  const [rates, queue] = useMemo(() => [burstRates(detail), burstQueue(detail)], [detail]);
  return (
    <>
      <Card title={`Burst on ${subject.name}`} actions={<BurstStatus verdict={burst.verdict} />}>
        <p className="px-3 pb-1">{burstHeadline(burst)}</p>
        {burst.isOpen && target?.fast != null && (
          <p className="px-3 pb-1 text-muted">
            <FastPolling fast={target.fast} intervalMs={target.intervalMs} />
          </p>
        )}
        <BurstFacts detail={detail} />
      </Card>
      <div className="grid grid-cols-1 gap-3 xl:grid-cols-2">
        <BurstChart title="Arrivals and finished requests" data={rates} />
        <BurstChart title="Waiting requests in the burst" data={queue} />
      </div>
      <Card title="Recovery by signal">
        <BurstSignals signals={burst.signals} />
      </Card>
    </>
  );
}

function BurstChart({ title, data }: { title: string; data: ChartData }) {
  const [utc] = useUtc();
  const chart = (asTable: boolean) => (
    <TimeSeriesChart title={title} data={data} utc={utc} visible={null} onVisible={ignore} asTable={asTable} />
  );
  return <Picture title={title} picture={chart(false)} table={chart(true)} />;
}

/** Two lines at most: there is nothing to hide. */
function ignore(): void {}

function useTargetOf(subjectId: number): Target | undefined {
  const { data } = useQuery(targetsQuery());
  return data?.items.find(({ subjects }) => subjects.some(({ id }) => id === subjectId));
}
