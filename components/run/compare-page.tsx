'use client';

import { useQueries } from '@tanstack/react-query';
import Link from 'next/link';
import { PageBody, PageHeader } from '#components/frame/page-header.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { CompareDifferences } from '#components/run/compare-differences.tsx';
import { CompareFloors, CompareThroughput } from '#components/run/compare-pictures.tsx';
import { CompareCriteria, CompareTotals } from '#components/run/compare-tables.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { parseRunIds } from '#lib/client/run-filter.ts';
import { runQuery } from '#lib/client/run-queries.ts';
import { useUrlParam } from '#lib/client/url-state.ts';

/** Two or more runs side by side; the first of the URL is what the others are compared with. */
export function ComparePage() {
  const [text] = useUrlParam('ids');
  const ids = parseRunIds(text);
  const queries = useQueries({ queries: ids.map((id) => runQuery(id)) });
  const failed = queries.flatMap(({ error, refetch }, index) =>
    error === null ? [] : [{ id: ids[index] ?? 0, error, refetch }],
  );
  const runs = queries.flatMap(({ data }) => data ?? []);
  const isLoading = queries.some(({ data, error }) => data === undefined && error === null);
  return (
    <>
      <PageHeader
        title="Compare runs"
        subtitle={
          <>
            <Link href="/runs" className="underline">
              Runs
            </Link>{' '}
            · {ids.length} chosen
          </>
        }
      >
        <Link
          href={`/runs?pick=${ids.join(',')}`}
          className="inline-flex h-8 items-center rounded-md border border-line bg-surface px-3 text-sm font-medium hover:bg-hover"
        >
          Choose others
        </Link>
      </PageHeader>
      <PageBody>
        {ids.length < 2 && (
          <Notice
            tone="info"
            action={
              <Link href={`/runs?pick=${ids.join(',')}`} className="underline">
                To the runs
              </Link>
            }
          >
            Choose two or more runs in the list to see them side by side.
          </Notice>
        )}
        {failed.map(({ id, error, refetch }) => (
          <PanelError key={id} error={error} onRetry={() => void refetch()} keepsData={false} />
        ))}
        {isLoading && (
          <div aria-busy="true">
            <Skeleton className="h-64" />
          </div>
        )}
        {!isLoading && runs.length > 1 && (
          <>
            <CompareDifferences runs={runs} />
            <div className="grid grid-cols-1 gap-3 xl:grid-cols-2">
              <CompareThroughput runs={runs} />
              <CompareFloors runs={runs} />
            </div>
            <CompareCriteria runs={runs} />
            <CompareTotals runs={runs} />
          </>
        )}
      </PageBody>
    </>
  );
}
