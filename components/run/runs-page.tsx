'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { FileUp, Plus } from 'lucide-react';
import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import { useMemo, useState } from 'react';
import { PageBody, PageHeader } from '#components/frame/page-header.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { ImportDialog } from '#components/run/import-dialog.tsx';
import { RunDialog } from '#components/run/run-dialog.tsx';
import { RunFilters } from '#components/run/run-filters.tsx';
import { RunTable } from '#components/run/run-table.tsx';
import { RunsEmpty } from '#components/run/runs-empty.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { ProgressLine, Skeleton } from '#components/ui/skeleton.tsx';
import { isNarrowed, parseRunFilter, parseRunIds } from '#lib/client/run-filter.ts';
import { finishedRunsQuery, runningRunsQuery } from '#lib/client/run-queries.ts';
import { useUrlParam } from '#lib/client/url-state.ts';

/** Every run that the URL selects: what runs now first, then what is over, newest first. `?add=1` and `?import=1` open forms. */
export function RunsPage() {
  const params = useSearchParams().toString();
  const filter = useMemo(() => parseRunFilter(new URLSearchParams(params)), [params]);
  const [add, setAdd] = useUrlParam('add');
  const [imports, setImports] = useUrlParam('import');
  const [pickText, setPickText] = useUrlParam('pick');
  // The URL follows a moment later; a box that waits for it would jump back first.
  const [picked, setPicked] = useState(() => parseRunIds(pickText));
  const running = useQuery({ ...runningRunsQuery(filter), enabled: filter.state !== 'finished' });
  const finished = useInfiniteQuery({ ...finishedRunsQuery(filter), enabled: filter.state !== 'running' });
  const error = running.error ?? finished.error;
  const now = filter.state === 'finished' ? [] : running.data?.items;
  const over = filter.state === 'running' ? [] : finished.data?.pages.flatMap(({ items }) => items);
  const isKnown = now !== undefined && over !== undefined;
  const pick = (ids: readonly number[]) => {
    setPicked(ids);
    setPickText(ids.join(','), 'replace');
  };
  const onPick = (id: number) =>
    pick(picked.includes(id) ? picked.filter((other) => other !== id) : parseRunIds([...picked, id].join(',')));
  const start = () => setAdd('1');
  return (
    <>
      <PageHeader
        title="Runs"
        subtitle="Rows of batches and test matrices: does memory leak, does speed hold, what fits"
      >
        {picked.length > 0 && (
          <Button variant="quiet" onClick={() => pick([])}>
            Clear {picked.length} chosen
          </Button>
        )}
        {picked.length > 1 && (
          <Link
            href={`/runs/compare?ids=${picked.join(',')}`}
            className="inline-flex h-8 items-center rounded-md border border-line bg-surface px-3 text-sm font-medium hover:bg-hover"
          >
            Compare {picked.length}
          </Link>
        )}
        <Button onClick={() => setImports('1')}>
          <FileUp size={15} aria-hidden />
          Import results
        </Button>
        <Button variant="primary" onClick={start}>
          <Plus size={15} aria-hidden />
          Start a run
        </Button>
      </PageHeader>
      <PageBody>
        <RunFilters filter={filter} />
        {error !== null && (
          <PanelError
            error={error}
            onRetry={() => {
              void running.refetch();
              void finished.refetch();
            }}
            keepsData={isKnown}
          />
        )}
        {!isKnown && error === null && (
          <div aria-busy="true">
            <Skeleton className="h-64" />
          </div>
        )}
        {isKnown && now.length === 0 && over.length === 0 && (
          <RunsEmpty isNarrowed={isNarrowed(filter)} onStart={start} onImport={() => setImports('1')} />
        )}
        {now !== undefined && now.length > 0 && (
          <Card title={`Running (${now.length})`} className="relative">
            <RunTable caption="Running runs" runs={now} picked={picked} onPick={onPick} />
          </Card>
        )}
        {over !== undefined && over.length > 0 && (
          <Card title="Finished" className="relative">
            <ProgressLine active={finished.isPlaceholderData} />
            <RunTable caption="Finished runs" runs={over} picked={picked} onPick={onPick} />
            {finished.hasNextPage && (
              <div className="border-t border-line px-3 py-2">
                <Button disabled={finished.isFetchingNextPage} onClick={() => void finished.fetchNextPage()}>
                  {finished.isFetchingNextPage ? 'Loading…' : `Show more (${over.length} shown)`}
                </Button>
              </div>
            )}
          </Card>
        )}
      </PageBody>
      {imports !== '' && <ImportDialog run={null} onClose={() => setImports(null, 'replace')} />}
      {add !== '' && <RunDialog run={null} onClose={() => setAdd(null, 'replace')} />}
    </>
  );
}
