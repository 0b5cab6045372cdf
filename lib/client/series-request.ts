import { SeriesAnswer } from '#lib/api/series.ts';
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

export function fetchSeries(wanted: SeriesRequest, signal: AbortSignal): Promise<SeriesAnswer> {
  return request(SeriesAnswer, seriesPath(wanted), { signal });
}
