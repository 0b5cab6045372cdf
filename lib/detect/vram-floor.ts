/** One minute of a GPU's used memory. */
export type VramMinute = { readonly atMs: number; readonly minBytes: number; readonly maxBytes: number };

const STABLE_RANGE_BYTES = 2 * 1024 ** 2;
const STABLE_MINUTES = 2;
/** vLLM loads weights, profiles and captures graphs first; a plateau before this is not the floor. */
const EARLIEST_MS = 60_000;
const GIVE_UP_MS = 10 * 60_000;

/**
 * What a GPU's memory settled at after its engine had started (algorithms §6.2): the first two minutes in a row whose
 * range is under 2 MiB, at least a minute after the start; after ten minutes without such a pause, the lowest minute seen
 * since the first of them. null while it is not known yet. `minutes` ascending, from the engine's start on.
 */
export function vramFloor(minutes: readonly VramMinute[], engineStartMs: number, nowMs: number): number | null {
  const settled = minutes.filter((minute) => minute.atMs >= engineStartMs + EARLIEST_MS);
  for (let i = 0; i + STABLE_MINUTES <= settled.length; i++) {
    const pair = settled.slice(i, i + STABLE_MINUTES);
    const low = Math.min(...pair.map((minute) => minute.minBytes));
    const high = Math.max(...pair.map((minute) => minute.maxBytes));
    if (high - low < STABLE_RANGE_BYTES) return low;
  }
  if (nowMs - engineStartMs < GIVE_UP_MS || settled.length === 0) return null;
  return Math.min(...settled.map((minute) => minute.minBytes));
}
