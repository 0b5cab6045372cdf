'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { useMemo, useState } from 'react';
import { AckDialog } from '#components/alert/ack-dialog.tsx';
import { AlertEmpty } from '#components/alert/alert-empty.tsx';
import { AlertFilters } from '#components/alert/alert-filters.tsx';
import { AlertList, type Doing } from '#components/alert/alert-list.tsx';
import { PageBody, PageHeader } from '#components/frame/page-header.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { SilenceDialog } from '#components/silence/silence-dialog.tsx';
import { Age } from '#components/status/age.tsx';
import { SeverityCounts } from '#components/status/alert-status.tsx';
import { ProgressLine, Skeleton } from '#components/ui/skeleton.tsx';
import { printMatchers } from '#lib/alerts/matchers.ts';
import { filterOf, parseAlertView } from '#lib/client/alert-filter.ts';
import { parseGrouping } from '#lib/client/alert-groups.ts';
import { alertPagesQuery } from '#lib/client/alert-queries.ts';
import { useNowMs } from '#lib/client/now.ts';
import { filterSilence, silenceMatchers } from '#lib/client/silence-matchers.ts';

/** After this long without an answer the list is shown as old. */
const OLD_MS = 60_000;

/** Every alert that the URL selects, the worst that nobody has first. */
export function AlertsPage() {
  const params = useSearchParams().toString();
  const view = useMemo(() => parseAlertView(new URLSearchParams(params)), [params]);
  const by = parseGrouping(new URLSearchParams(params).get('group') ?? '');
  const filter = useMemo(() => filterOf(view), [view]);
  const query = useInfiniteQuery(alertPagesQuery(filter));
  const [doing, setDoing] = useState<Doing | null>(null);
  const pages = query.data?.pages;
  const items = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  const targetName = items.find(({ target }) => String(target?.id) === view.target)?.target?.name ?? null;
  const whole = filterSilence(view, targetName);
  const first = pages?.[0];
  const nowMs = useNowMs();
  const isOld = query.error !== null || (first !== undefined && nowMs !== null && nowMs - first.atMs > OLD_MS);
  return (
    <>
      <PageHeader
        title="Alerts"
        subtitle={
          first === undefined ? (
            query.error === null ? (
              'loading'
            ) : (
              'no answer yet'
            )
          ) : (
            <span className="inline-flex flex-wrap items-center gap-x-3">
              <span>
                {first.counts.unacked} that nobody has, {first.counts.firing} firing, {first.counts.total} listed
              </span>
              <span>
                as of <Age atMs={first.atMs} />
              </span>
            </span>
          )
        }
      >
        {first !== undefined && <SeverityCounts counts={first.counts.bySeverity} />}
      </PageHeader>
      <PageBody>
        <AlertFilters view={view} by={by} />
        {query.error !== null && (
          <PanelError error={query.error} onRetry={() => void query.refetch()} keepsData={first !== undefined} />
        )}
        {first === undefined && query.error === null && (
          <div aria-busy="true" className="space-y-px">
            <Skeleton className="h-96" />
          </div>
        )}
        {first !== undefined && items.length === 0 && <AlertEmpty view={view} />}
        {first !== undefined && items.length > 0 && (
          <div className={isOld ? 'not-now relative' : 'relative'}>
            <ProgressLine active={query.isPlaceholderData} />
            <AlertList
              items={items}
              total={first.counts.total}
              by={by}
              filter={filter}
              view={view}
              onDo={setDoing}
              hasMore={query.hasNextPage}
              onMore={() => {
                if (!query.isFetchingNextPage) void query.fetchNextPage();
              }}
            />
          </div>
        )}
      </PageBody>
      {doing?.what === 'ack' && (
        <AckDialog
          alerts={doing.alerts}
          all={doing.all ? { filter, total: first?.counts.total ?? 0 } : null}
          onClose={() => setDoing(null)}
          onDone={doing.onDone}
        />
      )}
      {doing?.what === 'mute' && (
        <SilenceDialog
          matchers={printMatchers(doing.all ? whole.matchers : silenceMatchers(doing.alerts))}
          beyond={doing.all ? whole.beyond : []}
          onClose={() => setDoing(null)}
        />
      )}
    </>
  );
}
