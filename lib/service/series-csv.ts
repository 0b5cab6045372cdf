import type { SeriesAnswer } from '#lib/api/series.ts';

/** One row per time, three columns per series; gaps are empty cells. Header cells cannot start a formula: ids come from the catalog. */
export function seriesCsv(answer: SeriesAnswer): string {
  const columns = answer.series.flatMap((series) => {
    const name = `${series.signal}${series.subject === null ? '' : `[${series.subject}]`}`;
    return (['mean', 'min', 'max'] as const).map((part) => ({ name: `${name}_${part}`, values: series[part] }));
  });
  const times = answer.series[0]?.t ?? [];
  const head = ['time', ...columns.map((column) => column.name)].join(',');
  const rows = times.map((ms, i) =>
    [new Date(ms).toISOString(), ...columns.map((column) => column.values[i] ?? '')].join(','),
  );
  return `${[head, ...rows].join('\r\n')}\r\n`;
}
