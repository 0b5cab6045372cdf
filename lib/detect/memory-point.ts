/**
 * Memory of a GPU or a process at one time: a poll, or the lowest reading of a minute. `load` is what may drive it:
 * requests running, else the GPU's utilisation. null is unknown.
 */
export type MemoryPoint = { readonly atMs: number; readonly bytes: number | null; readonly load: number | null };

/** A point whose memory is known. */
export type MemoryReading = MemoryPoint & { readonly bytes: number };

/** The points with a memory reading, oldest first. Input may be in any order. */
export function readingsOf(points: readonly MemoryPoint[]): readonly MemoryReading[] {
  const known = points.filter((point): point is MemoryReading => point.bytes !== null && Number.isFinite(point.bytes));
  const isAscending = known.every((point, i) => i === 0 || (known[i - 1]?.atMs ?? 0) <= point.atMs);
  return isAscending ? known : known.toSorted((a, b) => a.atMs - b.atMs);
}
