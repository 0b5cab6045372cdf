import { replaceEqualDeep } from '@tanstack/react-query';
import { z } from 'zod';
import { Series, SeriesAnswer } from '#lib/api/series.ts';
import { request } from '#lib/client/http.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';

export type SeriesRequest = {
  readonly signals: readonly string[];
  readonly subjects?: readonly number[];
  readonly kind?: SubjectKind;
  /** As in the URL: `now-6h`, ISO or epoch ms. Relative stays relative, so the key is stable while live. */
  readonly from: string;
  readonly to: string;
  readonly points: number;
  readonly group: 'subject' | 'fleet';
};

export function seriesPath(wanted: SeriesRequest): string {
  const query = new URLSearchParams({
    signals: wanted.signals.join(','),
    from: wanted.from,
    to: wanted.to,
    points: String(wanted.points),
    group: wanted.group,
  });
  for (const id of wanted.subjects ?? []) query.append('subject', String(id));
  if (wanted.kind !== undefined) query.set('kind', wanted.kind);
  return `/series?${query}`;
}

// The contract of `lib/api` with its long arrays checked by plain loops: element by element zod would take a
// good part of the time that a live page has for all of its panels.
const Times = z.custom<number[]>((list) => Array.isArray(list) && list.every((item) => typeof item === 'number'));
const Values = z.custom<(number | null)[]>(
  (list) => Array.isArray(list) && list.every((item) => item === null || typeof item === 'number'),
);
const FastAnswer: z.ZodType<SeriesAnswer> = SeriesAnswer.extend({
  series: z.array(Series.extend({ t: Times, mean: Values, min: Values, max: Values })),
});

export function fetchSeries(wanted: SeriesRequest, signal: AbortSignal): Promise<SeriesAnswer> {
  return request(FastAnswer, seriesPath(wanted), { signal });
}

/**
 * Keeps the arrays and lists that did not change, so that lines of silent subjects and old marks are not drawn again. The same answer must come
 * back as the same object: react-query also calls this for placeholders, at every render.
 */
export function shareSeries(before: SeriesAnswer | undefined, after: SeriesAnswer): SeriesAnswer {
  if (before === undefined || before === after) return after;
  const old = new Map(before.series.map((line) => [`${line.signal} ${line.subject}`, line]));
  const series = after.series.map((line): Series => {
    const same = old.get(`${line.signal} ${line.subject}`);
    if (same === undefined) return line;
    return {
      ...line,
      t: keep(same.t, line.t),
      mean: keep(same.mean, line.mean),
      min: keep(same.min, line.min),
      max: keep(same.max, line.max),
    };
  });
  const { marks, gaps, alerts, partial } = after;
  const lists = replaceEqualDeep(
    { marks: before.marks, gaps: before.gaps, alerts: before.alerts, partial: before.partial },
    { marks, gaps, alerts, partial },
  );
  return { ...after, ...lists, series };
}

function keep<T extends number | null>(before: T[], after: T[]): T[] {
  if (before.length !== after.length) return after;
  for (let index = 0; index < after.length; index++) if (before[index] !== after[index]) return after;
  return before;
}
