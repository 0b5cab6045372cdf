'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Series } from '#lib/api/series.ts';
import { seriesQuery } from '#lib/client/queries.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';

/** A small line of one subject. Its span is of whole buckets: the axis then moves once a bucket, not with every poll. */
export type Trend = Pick<Series, 't' | 'mean'> & {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
};

/** The last hour of one signal by subject; asked once for the whole table, and not every 5 s. */
export function useTrends(kind: SubjectKind, signal: string): ReadonlyMap<number, Trend> {
  const { data: answer } = useQuery(
    seriesQuery({ signals: [signal], kind, from: 'now-1h', to: 'now', points: 60, group: 'subject' }, 15_000),
  );
  return useMemo(() => {
    const trends = new Map<number, Trend>();
    if (answer === undefined) return trends;
    const { stepMs } = answer;
    const fromMs = Math.floor(answer.from / stepMs) * stepMs;
    const toMs = Math.ceil(answer.to / stepMs) * stepMs;
    for (const { subject, t, mean } of answer.series) {
      if (subject !== null) trends.set(subject, { t, mean, fromMs, toMs, stepMs });
    }
    return trends;
  }, [answer]);
}

export function sameTrend(a: Trend | null, b: Trend | null): boolean {
  return a?.t === b?.t && a?.mean === b?.mean && a?.fromMs === b?.fromMs && a?.stepMs === b?.stepMs;
}
