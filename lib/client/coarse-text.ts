import { type DisplayUnit, formatValue, type Unit } from '#lib/metrics/unit.ts';
import { type CoarseBelow, isCoarse } from '#lib/series/coarse.ts';

/** As `formatValue`; "< 300 ms" for a quantile of which no more is known than the bound of the lowest bucket. */
export function coarseText(
  value: number | null | undefined,
  coarseBelow: CoarseBelow,
  unit: Unit,
  display?: DisplayUnit,
): string {
  if (value === null || value === undefined || !isCoarse(value, coarseBelow)) return formatValue(value, unit, display);
  return `< ${formatValue(coarseBelow, unit, display)}`;
}
