import { findSignal } from '#lib/metrics/signals.ts';
import { formatValue, type Unit } from '#lib/metrics/unit.ts';

/** The unit that a canonical field carries in its name. */
const SUFFIX_UNITS: readonly (readonly [string, Unit])[] = [
  ['_ratio', 'ratio'],
  ['_bytes', 'bytes'],
  ['_hz', 'hertz'],
  ['_w', 'watts'],
  ['_c', 'celsius'],
];

/** A canonical field or signal in words. */
export function fieldTitle(field: string): string {
  return findSignal(field)?.title ?? field.replaceAll('_', ' ');
}

export function fieldText(field: string, value: number | null): string {
  if (value === null) return 'unknown';
  if (field === 'process_start_s') return new Date(value * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const unit = findSignal(field)?.unit ?? SUFFIX_UNITS.find(([suffix]) => field.endsWith(suffix))?.[1] ?? 'count';
  return formatValue(value, unit);
}
