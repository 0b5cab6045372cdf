'use client';

import { useQuery } from '@tanstack/react-query';
import type { SeriesAnswer } from '#lib/api/series.ts';
import type { Subject } from '#lib/api/subjects.ts';
import { type CurrentIndex, indexCurrent } from '#lib/client/current-index.ts';
import { currentQuery, seriesQuery } from '#lib/client/queries.ts';

export const KV_SIGNALS = [
  'kv_cache_utilization',
  'cache_hit_rate',
  'cache_eviction_rate',
  'throughput_drop',
  'requests_per_second',
  'running_requests',
  'queue_depth',
  'max_sequence_tokens',
  'iteration_tokens_mean',
] as const;
export type KvSignal = (typeof KV_SIGNALS)[number];

/** The present values of every engine; one question for glance and table. */
export function useKvCurrent(): CurrentIndex {
  const { data } = useQuery(currentQuery({ signals: KV_SIGNALS, kind: 'engine' }));
  return indexCurrent(data);
}

export type KvValues = {
  readonly value: (signal: KvSignal) => number | null;
  /** Why a value is unknown, from the first engine that says so. */
  readonly reason: (signal: KvSignal) => string;
  /** Engines in the numbers and those missing; null for one engine. */
  readonly partial: SeriesAnswer['partial'] | null;
};

/** One engine: its present values. Several: the last minute of them together, merged by the server as each signal demands. */
export function useKvValues(chosen: readonly Subject[], isFleet: boolean, current: CurrentIndex): KvValues {
  const single = chosen.length === 1 ? chosen[0] : undefined;
  const { data } = useQuery({
    ...seriesQuery(
      {
        signals: KV_SIGNALS,
        ...(isFleet ? { kind: 'engine' } : { subjects: chosen.map(({ id }) => id) }),
        from: 'now-5m',
        to: 'now',
        points: 5,
        group: 'fleet',
      },
      5000,
    ),
    enabled: chosen.length > 1,
  });
  const reason = (signal: KvSignal) =>
    chosen.map(({ id }) => current.get(id, signal)?.reason ?? '').find((text) => text !== '') ?? '';
  if (single !== undefined) return { value: (signal) => current.value(single.id, signal), reason, partial: null };
  return { value: (signal) => newestValue(data, signal), reason, partial: data?.partial ?? null };
}

/** The newest of the last two buckets: the very last one may have just begun. Older values are not of now. */
export function newestValue(answer: SeriesAnswer | undefined, signal: string): number | null {
  const means = answer?.series.find((series) => series.signal === signal)?.mean ?? [];
  return means.at(-1) ?? means.at(-2) ?? null;
}
