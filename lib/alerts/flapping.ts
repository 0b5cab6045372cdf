/** How a condition came and went on one subject; kept across episodes. */
export type FlapMemory = {
  readonly holds: boolean;
  /** Times of the newest changes, ascending, epoch ms. */
  readonly changeTimesMs: readonly number[];
  readonly flapping: boolean;
};

const BUCKETS = 20;
const BUCKET_MS = 60_000;
export const FLAP_WINDOW_MS = BUCKETS * BUCKET_MS;
const START_SHARE = 0.3;
const STOP_SHARE = 0.2;
const OLDEST_WEIGHT = 0.75;
const NEWEST_WEIGHT = 1.25;
const MAX_CHANGES = 64;

/**
 * Remembers whether the condition holds at `nowMs` and judges flapping with Naemon's weights and thresholds (30 % starts,
 * 20 % stops) over the last 20 wall-clock minutes, so that it does not depend on the polling interval. An unknown
 * condition (null) changes nothing but time. Source: naemon flapping.c; algorithms §5.
 */
export function remember(memory: FlapMemory | null, holds: boolean | null, nowMs: number): FlapMemory {
  const before = memory ?? { holds: false, changeTimesMs: [], flapping: false };
  const isChange = holds !== null && holds !== before.holds;
  const recent = before.changeTimesMs.filter((atMs) => atMs > nowMs - FLAP_WINDOW_MS);
  const changeTimesMs = isChange ? [...recent, nowMs].slice(-MAX_CHANGES) : recent;
  const share = changeShare(changeTimesMs, nowMs);
  const flapping = before.flapping ? share > STOP_SHARE : share >= START_SHARE;
  return { holds: holds ?? before.holds, changeTimesMs, flapping };
}

/** Weighted share (0..1) of the last 20 minutes in which the condition changed; newer minutes weigh more. */
export function changeShare(changeTimesMs: readonly number[], nowMs: number): number {
  if (changeTimesMs.length === 0) return 0;
  const changed = new Set(changeTimesMs.map((atMs) => Math.floor((nowMs - atMs) / BUCKET_MS)));
  let sum = 0;
  for (let age = 0; age < BUCKETS; age++) {
    const weight = NEWEST_WEIGHT - ((NEWEST_WEIGHT - OLDEST_WEIGHT) * age) / (BUCKETS - 1);
    if (changed.has(age)) sum += weight;
  }
  return sum / BUCKETS;
}
