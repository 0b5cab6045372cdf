'use client';

import { useQuery } from '@tanstack/react-query';
import { BurstPanel } from '#components/bursts/burst-panel.tsx';
import { BurstTable } from '#components/bursts/burst-table.tsx';
import { PanelError, PanelLoading } from '#components/panel/panel-states.tsx';
import { Card } from '#components/ui/card.tsx';
import { burstsQuery } from '#lib/client/burst-queries.ts';
import { useRange, useUrlParam } from '#lib/client/url-state.ts';

/** The bursts of the page's range and engines, and one of them in full: the picked one (`burst` in the URL), else the newest. */
export function BurstList({ subjects }: { subjects: readonly number[] }) {
  const { range } = useRange();
  const [picked, pick] = useUrlParam('burst');
  const { data, error, refetch } = useQuery(burstsQuery({ subjects, from: range.from, to: range.to }));
  const bursts = data?.items ?? [];
  const wanted = Number(picked);
  const shown = Number.isSafeInteger(wanted) && wanted > 0 ? wanted : (bursts[0]?.id ?? null);
  return (
    <>
      {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={data !== undefined} />}
      {data === undefined && error === null && <PanelLoading height={120} />}
      {shown !== null && <BurstPanel id={shown} />}
      {data !== undefined && (
        <Card title={`Bursts${data.nextCursor === null ? '' : `, the newest ${bursts.length}`}`}>
          {bursts.length === 0 ? (
            <p className="px-3 pb-3 text-muted">
              No burst in this time: arrivals of no engine were twice the usual for long enough to be sure.
            </p>
          ) : (
            <BurstTable bursts={bursts} shown={shown} onShow={(id) => pick(String(id), 'push')} />
          )}
        </Card>
      )}
    </>
  );
}
