/** Units of signals. Base units only: seconds, bytes, ratios 0..1; words and prefixes are added when shown. */
export const UNITS = [
  'ratio',
  'seconds',
  'bytes',
  'bytes_per_second',
  'requests',
  'requests_per_second',
  'tokens',
  'tokens_per_second',
  'tokens_per_joule',
  'per_second',
  'count',
  'multiple',
  'celsius',
  'watts',
  'hertz',
  'bool',
  'bits',
  'code',
  'leak_verdict',
  'sla_basis',
  'burst_verdict',
] as const;
export type Unit = (typeof UNITS)[number];

/** Units whose values are words; a value is the place of its word. Append, never reorder: values are stored with alerts. */
const WORDS: Partial<Record<Unit, readonly string[]>> = {
  leak_verdict: ['none', 'plateau', 'load-driven', 'inconclusive', 'leak'],
  sla_basis: ['unstated', 'online', 'batches'],
  burst_verdict: ['ongoing', 'still-recovering', 'recovered', 'did-not-recover', 'inconclusive'],
};

/** The words that values of this unit stand for; null where values are numbers. */
export function wordsOf(unit: Unit): readonly string[] | null {
  return WORDS[unit] ?? null;
}

/** Values are words (yes/no is one too): they have no peak and no limit worth printing. */
export function isWords(unit: Unit): boolean {
  return unit === 'bool' || unit in WORDS;
}

/** The value that stands for a word (`load_driven` is `load-driven`); null when the unit has no such word. */
export function codeOfWord(unit: Unit, word: string): number | null {
  const code = (WORDS[unit] ?? []).indexOf(word.replaceAll('_', '-'));
  return code < 0 ? null : code;
}

/** A unit's divisor and suffix for showing; chosen once per panel so that rows of one panel can be compared. */
export type DisplayUnit = { readonly divisor: number; readonly suffix: string };

const SCALES = {
  ratio: [[0.01, '%']],
  seconds: [
    [86400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
    [1e-3, 'ms'],
    [1e-6, 'µs'],
  ],
  bytes: [
    [1024 ** 4, 'TiB'],
    [1024 ** 3, 'GiB'],
    [1024 ** 2, 'MiB'],
    [1024, 'KiB'],
    [1, 'B'],
  ],
  bytes_per_second: [
    [1024 ** 3, 'GiB/s'],
    [1024 ** 2, 'MiB/s'],
    [1024, 'KiB/s'],
    [1, 'B/s'],
  ],
  requests: [[1, '']],
  requests_per_second: [[1, 'req/s']],
  tokens: [
    [1e6, 'M tok'],
    [1e3, 'k tok'],
    [1, 'tok'],
  ],
  tokens_per_second: [
    [1e3, 'k tok/s'],
    [1, 'tok/s'],
  ],
  tokens_per_joule: [[1, 'tok/J']],
  per_second: [[1, '/s']],
  count: [[1, '']],
  multiple: [[1, '×']],
  celsius: [[1, '°C']],
  watts: [[1, 'W']],
  hertz: [
    [1e9, 'GHz'],
    [1e6, 'MHz'],
  ],
  bool: [[1, '']],
  bits: [[1, '']],
  code: [[1, '']],
  leak_verdict: [[1, '']],
  sla_basis: [[1, '']],
  burst_verdict: [[1, '']],
} as const satisfies Record<Unit, readonly (readonly [number, string])[]>;

/** Where a scale begins later than at its 1: two minutes beside a third of a second are both read in seconds. */
const SWITCH_AT: Partial<Record<Unit, Readonly<Record<number, number>>>> = { seconds: { 60: 600 } };

/**
 * The display unit that suits `magnitude` (the largest absolute value of a panel, base unit).
 * Unknown or 0 gives the unit's smallest common scale (seconds -> ms, bytes -> MiB).
 */
export function displayUnit(unit: Unit, magnitude: number): DisplayUnit {
  const scales: readonly (readonly [number, string])[] = SCALES[unit];
  const size = Math.abs(magnitude);
  const fitting = scales.find(([divisor]) => size >= (SWITCH_AT[unit]?.[divisor] ?? divisor)) ??
    scales[scales.length - 1] ?? [1, ''];
  if (!Number.isFinite(size) || size === 0) return smallScale(unit, fitting);
  return { divisor: fitting[0], suffix: fitting[1] };
}

function smallScale(unit: Unit, fallback: readonly [number, string]): DisplayUnit {
  if (unit === 'seconds') return { divisor: 1e-3, suffix: 'ms' };
  if (unit === 'bytes') return { divisor: 1024 ** 2, suffix: 'MiB' };
  return { divisor: fallback[0], suffix: fallback[1] };
}

/** Three significant digits, no trailing noise, unknown as "–". `display` fixes the scale; without it the value's own is used. */
export function formatValue(value: number | null | undefined, unit: Unit, display?: DisplayUnit): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (unit === 'bool') return value >= 0.5 ? 'yes' : 'no';
  if (unit === 'bits') return `0x${Math.round(value).toString(16)}`;
  if (unit === 'code') return String(Math.round(value));
  const words = wordsOf(unit);
  if (words !== null) return words[Math.round(value)] ?? '–';
  const { divisor, suffix } = display ?? displayUnit(unit, value);
  const text = threeDigits(value / divisor);
  if (suffix === '') return text;
  return suffix === '%' || suffix === '×' ? `${text}${suffix}` : `${text} ${suffix}`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 10_000) return Math.round(value).toLocaleString('en-US').replaceAll(',', '\u202f');
  if (size >= 100) return String(Math.round(value));
  if (size >= 10) return String(Number(value.toFixed(1)));
  if (size >= 1 || size === 0) return String(Number(value.toFixed(2)));
  return String(Number(value.toPrecision(2)));
}
