import { nearestWord } from '#lib/metrics/nearest-word.ts';
import type { Unit } from '#lib/metrics/unit.ts';

type Meaning = { readonly factor: number; readonly unit: Unit };
const KIB = 1024;

/**
 * Unit words after a number, with the factor to the base unit.
 * KB, MB, GB and TB are powers of 1024, the same as KiB, MiB, GiB and TiB: the reports and nvidia-smi call a card of
 * 24 GiB "24 GB", and only so is `vram_peak > 20GB` the same limit as 83.3 % of that card.
 */
const LITERAL_UNITS = {
  us: { factor: 1e-6, unit: 'seconds' },
  ms: { factor: 1e-3, unit: 'seconds' },
  s: { factor: 1, unit: 'seconds' },
  m: { factor: 60, unit: 'seconds' },
  h: { factor: 3600, unit: 'seconds' },
  d: { factor: 86_400, unit: 'seconds' },
  '%': { factor: 0.01, unit: 'ratio' },
  x: { factor: 1, unit: 'multiple' },
  B: { factor: 1, unit: 'bytes' },
  KB: { factor: KIB, unit: 'bytes' },
  MB: { factor: KIB ** 2, unit: 'bytes' },
  GB: { factor: KIB ** 3, unit: 'bytes' },
  TB: { factor: KIB ** 4, unit: 'bytes' },
  KiB: { factor: KIB, unit: 'bytes' },
  MiB: { factor: KIB ** 2, unit: 'bytes' },
  GiB: { factor: KIB ** 3, unit: 'bytes' },
  TiB: { factor: KIB ** 4, unit: 'bytes' },
  'req/s': { factor: 1, unit: 'requests_per_second' },
  'tok/s': { factor: 1, unit: 'tokens_per_second' },
  W: { factor: 1, unit: 'watts' },
  '°C': { factor: 1, unit: 'celsius' },
  MHz: { factor: 1e6, unit: 'hertz' },
  GHz: { factor: 1e9, unit: 'hertz' },
} as const satisfies Record<string, Meaning>;

export type LiteralUnit = keyof typeof LITERAL_UNITS;
export const LITERAL_UNIT_WORDS = Object.keys(LITERAL_UNITS) as readonly LiteralUnit[];

const LONGEST_FIRST = [...LITERAL_UNIT_WORDS].sort((a, b) => b.length - a.length);

/** Base unit and factor of a unit word. */
export function literalMeaning(word: LiteralUnit): Meaning {
  return LITERAL_UNITS[word];
}

/** `value` in the base unit; percent by division, so that 95% is exactly 0.95. */
export function inBaseUnit(value: number, word: LiteralUnit | null): number {
  if (word === null) return value;
  const { factor } = LITERAL_UNITS[word];
  return factor < 1 ? value / Math.round(1 / factor) : value * factor;
}

export type UnitAt = { readonly unit: LiteralUnit; readonly length: number };

/** The unit word that begins at `position`; case matters for one letter (5m is minutes, 5M is nothing). null without one. */
export function literalUnitAt(text: string, position: number): UnitAt | null {
  const wordEndsAt = (end: number): boolean => !/[\p{L}_]/u.test(text.charAt(end));
  for (const sameCase of [true, false]) {
    for (const unit of LONGEST_FIRST) {
      const found = text.slice(position, position + unit.length);
      const matches =
        found === unit ||
        (!sameCase && (unit.length > 1 || unit === 'x') && found.toLowerCase() === unit.toLowerCase());
      if (matches && (unit === '%' || wordEndsAt(position + unit.length))) return { unit, length: unit.length };
    }
  }
  return null;
}

/** The unit word nearest to a misspelt one, or null. */
export function nearestLiteralUnit(word: string): LiteralUnit | null {
  const known = LITERAL_UNIT_WORDS.find((unit) => unit.toLowerCase() === word.toLowerCase());
  return known ?? (word.length < 2 ? null : nearestWord(word, LITERAL_UNIT_WORDS, 1));
}
