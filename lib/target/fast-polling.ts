/** When and how fast targets are polled while something happens on them. */
export type FastPollingSettings = {
  readonly intervalMs: number;
  /** How long it stays fast after the last reason. */
  readonly holdMs: number;
  /** At most so many at once, of one collector. 0 turns it off. */
  readonly maxTargets: number;
};

export const DEFAULT_FAST_POLLING: FastPollingSettings = { intervalMs: 1000, holdMs: 120_000, maxTargets: 20 };
export const MIN_FAST_INTERVAL_MS = 250;

export type FastReason = 'burst' | 'pending alert';

export type FastTarget = { readonly sinceMs: number; readonly wantedAtMs: number; readonly reason: FastReason };

/**
 * Which targets are polled fast now: those that have a reason, and those that had one within `holdMs`. Beyond the limit a
 * burst goes before a pending alert, and who is fast already before who is not.
 */
export function chooseFast(
  before: ReadonlyMap<number, FastTarget>,
  wanted: ReadonlyMap<number, FastReason>,
  settings: FastPollingSettings,
  nowMs: number,
): ReadonlyMap<number, FastTarget> {
  const next = new Map<number, FastTarget>();
  for (const [id, fast] of before) if (nowMs - fast.wantedAtMs < settings.holdMs) next.set(id, fast);
  for (const [id, reason] of wanted) {
    const known = next.get(id);
    next.set(id, { sinceMs: known?.sinceMs ?? nowMs, wantedAtMs: nowMs, reason });
  }
  if (next.size <= settings.maxTargets) return next;
  const rank = ([id, { reason }]: readonly [number, FastTarget]): number =>
    (reason === 'burst' && wanted.has(id) ? 0 : 2) + (before.has(id) ? 0 : 1);
  const sorted = [...next].sort((a, b) => rank(a) - rank(b) || a[1].sinceMs - b[1].sinceMs || a[0] - b[0]);
  return new Map(sorted.slice(0, settings.maxTargets));
}
