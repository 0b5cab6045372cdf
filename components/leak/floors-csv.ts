import { csvNumber } from '#components/chart/csv.ts';
import type { LeakView } from '#lib/api/leak.ts';

/** The floors that were judged, oldest first, in base units; an unknown load is empty. */
export function floorsCsv({ floors }: Pick<LeakView, 'floors'>): string {
  const rows = floors.map(({ atMs, bytes, load }) => [new Date(atMs).toISOString(), bytes, csvNumber(load)].join(','));
  return `${['time,floor (bytes),load', ...rows].join('\r\n')}\r\n`;
}
