import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { RunDetail, RunList } from '#lib/api/runs.ts';
import { request } from '#lib/client/http.ts';
import { type RunFilter, runFilterQuery } from '#lib/client/run-filter.ts';

const PAGE = 50;
const REFRESH_MS = 5000;
/** A finished run changes only when somebody edits it. */
const FINISHED_REFRESH_MS = 30_000;

const listPath = (filter: RunFilter, limit: number, cursor: string | null): string => {
  const query = runFilterQuery(filter);
  query.set('limit', String(limit));
  if (cursor !== null) query.set('cursor', cursor);
  return `/runs?${query}`;
};

/** What runs now. More than the answer's 200 at once is not read on one page. */
export const runningRunsQuery = (filter: RunFilter) =>
  queryOptions({
    queryKey: ['runs', 'running', runFilterQuery(filter).toString()],
    queryFn: ({ signal }) => request(RunList, listPath({ ...filter, state: 'running' }, 200, null), { signal }),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });

/** Runs that are over, newest first, page by page. */
export const finishedRunsQuery = (filter: RunFilter) =>
  infiniteQueryOptions({
    queryKey: ['runs', 'finished', runFilterQuery(filter).toString()],
    queryFn: ({ signal, pageParam }) =>
      request(RunList, listPath({ ...filter, state: 'finished' }, PAGE, pageParam), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: RunList) => page.nextCursor,
    refetchInterval: (query) => FINISHED_REFRESH_MS * Math.max(1, query.state.data?.pages.length ?? 1),
    placeholderData: keepPreviousData,
  });

export const runQuery = (id: number) =>
  queryOptions({
    queryKey: ['runs', 'one', id],
    queryFn: ({ signal }) => request(RunDetail, `/runs/${id}`, { signal }),
    refetchInterval: (query) => (query.state.data?.state === 'finished' ? FINISHED_REFRESH_MS : REFRESH_MS),
  });

export type ReportFormat = 'md' | 'json' | 'csv';

export const reportHref = (id: number, format: ReportFormat): string => `/api/v1/runs/${id}/report?format=${format}`;
