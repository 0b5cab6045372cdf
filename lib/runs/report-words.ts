/** Numbers as report 003 prints them; what is not known is "not measured". */
const UNKNOWN = 'not measured';
const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

const known = (value: number | null, text: (value: number) => string): string =>
  value === null ? UNKNOWN : text(value);

const signed = (value: number, digits: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;

export const gibText = (bytes: number | null): string => known(bytes, (value) => `${(value / GIB).toFixed(2)} GiB`);
export const deltaText = (bytes: number | null): string => known(bytes, (value) => `${signed(value / GIB, 2)} GiB`);
export const mibText = (bytes: number | null): string => known(bytes, (value) => `${Math.round(value / MIB)} MiB`);
export const rateText = (rps: number | null): string => known(rps, (value) => `${value.toFixed(2)} req/s`);
export const minutesText = (ms: number | null): string => known(ms, (value) => `${(value / 60_000).toFixed(1)} min`);
export const secondsText = (seconds: number | null): string => known(seconds, (value) => `${value.toFixed(2)} s`);
export const percentText = (ratio: number | null, digits = 1): string =>
  known(ratio, (value) => `${(value * 100).toFixed(digits)}%`);
export const countText = (count: number | null): string => known(count, (value) => value.toLocaleString('en-US'));
export const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** Text of people and exporters inside Markdown: one line, and nothing in it is markup. */
export function plainMarkdown(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]<>|#~]/g, (char) => `\\${char}`)
    .trim();
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
