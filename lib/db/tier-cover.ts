import { TIER_STEP_MS, type Tier } from '#lib/db/columns.ts';

export type TierPart = { readonly tier: Tier; readonly fromMs: number; readonly toMs: number };

const HOUR_MS = 3_600_000;

/** The tiers that a long window is read from, widest first: few rows, whatever its length. */
export function tiersFor(windowMs: number): readonly Tier[] {
  if (windowMs >= 12 * HOUR_MS) return ['1h', '10m', '1m', 'raw'];
  return windowMs >= HOUR_MS / 2 ? ['10m', '1m', 'raw'] : ['1m', 'raw'];
}

/**
 * Covers [fromMs, toMs) with whole rows of the widest tiers: their finished middle, finer rows at both ends, polls only at
 * the new end where `fromMs` is a whole minute. `doneMs`: until when a tier is rolled up.
 */
export function coverSpan(
  fromMs: number,
  toMs: number,
  tiers: readonly Tier[],
  doneMs: (tier: Exclude<Tier, 'raw'>) => number,
): readonly TierPart[] {
  const [widest, ...finer] = tiers;
  if (widest === undefined || fromMs >= toMs) return [];
  if (widest === 'raw') return [{ tier: 'raw', fromMs, toMs }];
  const step = TIER_STEP_MS[widest];
  const firstMs = Math.ceil(fromMs / step) * step;
  const lastMs = Math.floor(Math.min(toMs, doneMs(widest)) / step) * step;
  if (firstMs >= lastMs) return coverSpan(fromMs, toMs, finer, doneMs);
  return [
    ...coverSpan(fromMs, firstMs, finer, doneMs),
    { tier: widest, fromMs: firstMs, toMs: lastMs },
    ...coverSpan(lastMs, toMs, finer, doneMs),
  ];
}
