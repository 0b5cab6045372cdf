import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { BurstDetail, BurstList } from '#lib/api/bursts.ts';
import { request } from '#lib/client/http.ts';

const PAGE = 100;
const REFRESH_MS = 5000;
/** The polls of an open burst come every second. */
const OPEN_REFRESH_MS = 1000;
const OVER_REFRESH_MS = 30_000;

type BurstPick = { readonly subjects: readonly number[]; readonly from: string; readonly to: string };

/** Bursts of these engines (none: of all) in a range, newest first. */
export const burstsQuery = ({ subjects, from, to }: BurstPick) => {
  const query = new URLSearchParams({ from, to, limit: String(PAGE) });
  if (subjects.length > 0) query.set('subject', subjects.join(','));
  return queryOptions({
    queryKey: ['bursts', query.toString()],
    queryFn: ({ signal }) => request(BurstList, `/bursts?${query}`, { signal }),
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ burst }) => burst.isOpen) === true ? OPEN_REFRESH_MS : REFRESH_MS,
    placeholderData: keepPreviousData,
  });
};

export const burstQuery = (id: number) =>
  queryOptions({
    queryKey: ['burst', id],
    queryFn: ({ signal }) => request(BurstDetail, `/bursts/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.burst.isOpen === false ? OVER_REFRESH_MS : OPEN_REFRESH_MS),
    placeholderData: keepPreviousData,
  });
