'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Series, SeriesAnswer } from '#lib/api/series.ts';
import { seriesQuery } from '#lib/client/queries.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';

/** The last hour of one signal for every subject; asked once for the whole table, and not every 5 s. */
export function useSparklines(
  kind: SubjectKind,
  signal: string,
): {
  answer: SeriesAnswer | undefined;
  bySubject: ReadonlyMap<number, Series>;
} {
  const { data: answer } = useQuery(
    seriesQuery({ signals: [signal], kind, from: 'now-1h', to: 'now', points: 60, group: 'subject' }, 15_000),
  );
  const bySubject = useMemo(() => {
    const map = new Map<number, Series>();
    for (const series of answer?.series ?? []) if (series.subject !== null) map.set(series.subject, series);
    return map;
  }, [answer]);
  return { answer, bySubject };
}
