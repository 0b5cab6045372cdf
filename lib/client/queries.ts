import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { BaselineView } from '#lib/api/baseline.ts';
import { MemoryView } from '#lib/api/memory.ts';
import type { SeriesAnswer } from '#lib/api/series.ts';
import { SubjectList } from '#lib/api/subjects.ts';
import { SignalList } from '#lib/api/system.ts';
import { TargetDetail, TargetList } from '#lib/api/targets.ts';
import { fetchCurrent } from '#lib/client/current-request.ts';
import { fetchHealth } from '#lib/client/health.ts';
import { request } from '#lib/client/http.ts';
import { fetchSeries, type SeriesRequest, seriesPath, shareSeries } from '#lib/client/series-request.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';

/** Milliseconds between polls of a live page; `false` while it is paused. */
export type RefreshMs = number | false;

/** Marks queries that an SSE hint "samples" may refresh early. */
const LIVE = { live: true } as const;

export const healthQuery = () =>
  queryOptions({
    queryKey: ['health'],
    queryFn: ({ signal }) => fetchHealth(signal),
    refetchInterval: 10_000,
    retry: 0,
  });

export const subjectsQuery = (kind: SubjectKind | 'all', refreshMs: RefreshMs = 5000) =>
  queryOptions({
    queryKey: ['subjects', kind],
    queryFn: ({ signal }) => request(SubjectList, kind === 'all' ? '/subjects' : `/subjects?kind=${kind}`, { signal }),
    refetchInterval: refreshMs,
    meta: LIVE,
  });

/** The rolling leak verdict; a new one comes every five minutes. */
export const memoryQuery = (subjectId: number) =>
  queryOptions({
    queryKey: ['memory', subjectId],
    queryFn: ({ signal }) => request(MemoryView, `/subjects/${subjectId}/memory`, { signal }),
    refetchInterval: 30_000,
  });

/** Learned every five minutes. */
export const baselineQuery = (subjectId: number) =>
  queryOptions({
    queryKey: ['baseline', subjectId],
    queryFn: ({ signal }) => request(BaselineView, `/subjects/${subjectId}/baseline`, { signal }),
    refetchInterval: 30_000,
  });

export const signalsQuery = () =>
  queryOptions({
    queryKey: ['signals'],
    queryFn: ({ signal }) => request(SignalList, '/signals', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const seriesQuery = (wanted: SeriesRequest, refreshMs: RefreshMs) =>
  queryOptions({
    queryKey: ['series', seriesPath(wanted)],
    queryFn: ({ signal }) => fetchSeries(wanted, signal),
    structuralSharing: (before, after) => shareSeries(before as SeriesAnswer | undefined, after as SeriesAnswer),
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
    meta: LIVE,
  });

export type CurrentRequest = {
  readonly signals: readonly string[];
  readonly subjects?: readonly number[];
  readonly kind?: SubjectKind;
};

export const currentQuery = (wanted: CurrentRequest, refreshMs: RefreshMs = 5000) => {
  const query = new URLSearchParams({ signals: wanted.signals.join(',') });
  for (const id of wanted.subjects ?? []) query.append('subject', String(id));
  if (wanted.kind !== undefined) query.set('kind', wanted.kind);
  return queryOptions({
    queryKey: ['current', query.toString()],
    queryFn: ({ signal }) => fetchCurrent(query, signal),
    // Its times differ every time, so a comparison of everything would be in vain; rows compare what they show.
    structuralSharing: false,
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
    meta: LIVE,
  });
};

export const targetsQuery = (refreshMs: RefreshMs = 5000) =>
  queryOptions({
    queryKey: ['targets'],
    queryFn: ({ signal }) => request(TargetList, '/targets', { signal }),
    refetchInterval: refreshMs,
    meta: LIVE,
  });

export const targetQuery = (id: number) =>
  queryOptions({
    queryKey: ['targets', id],
    queryFn: ({ signal }) => request(TargetDetail, `/targets/${id}`, { signal }),
    refetchInterval: 5000,
    meta: LIVE,
  });
