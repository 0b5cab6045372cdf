import type { Queryable } from '#lib/db/alerts.ts';

/** What an engine keeps of a GPU's memory while it is idle; null while that is not known, or no engine runs there. */
export async function loadFloorBytes(db: Queryable, gpuId: number): Promise<number | null> {
  const { rows } = await db.query<{ floor: number | null }>(
    'SELECT floor_bytes AS floor FROM gpu_floor WHERE subject_id = $1',
    [gpuId],
  );
  return rows[0]?.floor ?? null;
}
