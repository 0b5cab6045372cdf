import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { AlertGroups } from '#lib/api/alert-groups.ts';
import { AlertStrips } from '#lib/api/alert-strips.ts';
import { AlertDetail, type AlertFilter, AlertList } from '#lib/api/alerts.ts';
import { MemoryView } from '#lib/api/memory.ts';
import { filterQuery } from '#lib/client/alert-filter.ts';
import type { Grouping } from '#lib/client/alert-groups.ts';
import { request } from '#lib/client/http.ts';

/** Alerts of one answer. The first page must be on screen within a second; the rest follows while scrolling. */
const FIRST_PAGE = 100;
const NEXT_PAGE = 1000;
/** Enough to tell news by; counts are of all. */
const FIRING = 100;
const REFRESH_MS = 5000;

const listPath = (filter: AlertFilter, limit: number, cursor: string | null): string => {
  const query = filterQuery(filter);
  query.set('limit', String(limit));
  if (cursor !== null) query.set('cursor', cursor);
  return `/alerts?${query}`;
};

/** The list, page by page. With many pages on screen it is refreshed less often: each refresh asks for all of them. */
export const alertPagesQuery = (filter: AlertFilter) =>
  infiniteQueryOptions({
    queryKey: ['alerts', 'pages', filterQuery(filter).toString()],
    queryFn: ({ signal, pageParam }) =>
      request(AlertList, listPath(filter, pageParam === null ? FIRST_PAGE : NEXT_PAGE, pageParam), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: AlertList) => page.nextCursor,
    refetchInterval: (query) => REFRESH_MS * Math.max(1, query.state.data?.pages.length ?? 1),
    placeholderData: keepPreviousData,
  });

/** What each group holds in all; asked for only where not all alerts are loaded, which tell it themselves. */
export const alertGroupsQuery = (filter: AlertFilter, by: Grouping, isNeeded: boolean) =>
  queryOptions({
    queryKey: ['alerts', 'groups', by, filterQuery(filter).toString()],
    queryFn: ({ signal }) => {
      const query = filterQuery(filter);
      query.set('by', by);
      return request(AlertGroups, `/alerts/groups?${query}`, { signal });
    },
    enabled: isNeeded && by !== 'none',
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });

/** What fires now, for the badge, the fleet page and the live region: one query for all of them. */
export const firingQuery = () =>
  queryOptions({
    queryKey: ['alerts', 'firing'],
    queryFn: ({ signal }) => request(AlertList, `/alerts?state=firing,recovering&limit=${FIRING}`, { signal }),
    refetchInterval: REFRESH_MS,
    retry: 0,
  });

export const alertQuery = (id: number) =>
  queryOptions({
    queryKey: ['alerts', 'one', id],
    queryFn: ({ signal }) => request(AlertDetail, `/alerts/${id}`, { signal }),
    refetchInterval: REFRESH_MS,
  });

/** The leak verdict that was kept when it fired; it never changes. */
export const alertMemoryQuery = (id: number, hasFired: boolean) =>
  queryOptions({
    queryKey: ['alerts', 'memory', id],
    queryFn: ({ signal }) => request(MemoryView, `/alerts/${id}/memory`, { signal }),
    enabled: hasFired,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The last 24 hours of the alerts on screen. History moves slowly, so does this. */
export const stripsQuery = (ids: readonly number[]) =>
  queryOptions({
    queryKey: ['alert-strips', ids.join(',')],
    queryFn: ({ signal }) => request(AlertStrips, `/alerts/strips?ids=${ids.join(',')}`, { signal }),
    enabled: ids.length > 0,
    staleTime: 60_000,
    refetchInterval: 120_000,
  });
