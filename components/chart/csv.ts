import type { ChartData } from '#components/chart/chart-data.ts';

/** A text cell. Spreadsheets run cells that start with = + - @, so those get an apostrophe; quotes are doubled. */
export function csvText(text: string): string {
  const guarded = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** An unknown number is an empty cell, never 0. */
export function csvNumber(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '' : String(value);
}

/** Exactly the lines that are shown, in base units, one row per bucket. */
export function chartCsv(data: ChartData, visible: ReadonlySet<string> | null): string {
  const shown = data.series.filter(({ id }) => visible === null || visible.has(id));
  const header = [
    'time',
    ...shown.flatMap(({ label }) => ['mean', 'min', 'max'].map((form) => csvText(`${label} ${form} (${data.unit})`))),
  ];
  const starts = [...new Set(shown.flatMap(({ t }) => t))].toSorted((a, b) => a - b);
  const positions = shown.map(({ t }) => new Map(t.map((start, index) => [start, index])));
  const rows = starts.map((start) => [
    new Date(start).toISOString(),
    ...shown.flatMap((series, order) => {
      const index = positions[order]?.get(start) ?? -1;
      return [csvNumber(series.mean[index]), csvNumber(series.min[index]), csvNumber(series.max[index])];
    }),
  ]);
  return `${[header, ...rows].map((cells) => cells.join(',')).join('\r\n')}\r\n`;
}

/** A file name without anything a shell or a file system could mind. */
export function csvFileName(title: string, fromMs: number): string {
  const words = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `headroom-${words}-${new Date(fromMs).toISOString().slice(0, 16).replace(/[:T]/g, '')}.csv`;
}
