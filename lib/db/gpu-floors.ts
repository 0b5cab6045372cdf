import type { Queryable } from '#lib/db/alerts.ts';
import type { VramMinute } from '#lib/detect/vram-floor.ts';

export type GpuFloor = { readonly engineStartedAtMs: number; readonly floorBytes: number | null };

export async function loadFloors(db: Queryable): Promise<ReadonlyMap<number, GpuFloor>> {
  const { rows } = await db.query<{ id: number; started: number; floor: number | null }>(
    'SELECT subject_id AS id, engine_started_at_ms AS started, floor_bytes AS floor FROM gpu_floor',
  );
  return new Map(rows.map((row) => [row.id, { engineStartedAtMs: row.started, floorBytes: row.floor }]));
}

export async function saveFloor(db: Queryable, gpuId: number, floor: GpuFloor, nowMs: number): Promise<void> {
  await db.query(
    `INSERT INTO gpu_floor (subject_id, engine_started_at_ms, floor_bytes, learned_at_ms) VALUES ($1, $2, $3, $4)
     ON CONFLICT (subject_id) DO UPDATE SET engine_started_at_ms = excluded.engine_started_at_ms,
       floor_bytes = excluded.floor_bytes, learned_at_ms = excluded.learned_at_ms`,
    [gpuId, Math.floor(floor.engineStartedAtMs), floor.floorBytes, Math.floor(nowMs)],
  );
}

export async function dropFloors(db: Queryable, keep: readonly number[]): Promise<void> {
  await db.query('DELETE FROM gpu_floor WHERE NOT subject_id = ANY($1::int[])', [keep]);
}

/** When each engine last started: the newest of what its process says, its restart mark, and when it was first seen. */
export async function loadEngineStarts(
  db: Queryable,
  engineIds: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const { rows } = await db.query<{ id: number; started: number }>(
    `SELECT u.id, greatest(coalesce(m.at_ms, 0),
              coalesce((SELECT process_start_s * 1000 FROM engine_sample e
                        WHERE e.subject_id = u.id AND e.at_ms >= c.at_ms - 60000 AND process_start_s IS NOT NULL
                        ORDER BY at_ms DESC LIMIT 1), extract(epoch FROM u.first_seen_at) * 1000))::float8 AS started
     FROM subject u LEFT JOIN subject_cursor c ON c.subject_id = u.id
     LEFT JOIN LATERAL (SELECT max(at_ms) AS at_ms FROM mark WHERE subject_id = u.id AND kind = 'restart') m ON true
     WHERE u.id = ANY($1::int[])`,
    [engineIds],
  );
  return new Map(rows.map((row) => [row.id, row.started]));
}

/** Minutes of used memory since `fromMs`, from the raw samples, so that a floor is known minutes after a start. */
export async function loadVramMinutes(
  db: Queryable,
  gpuId: number,
  fromMs: number,
  toMs: number,
): Promise<readonly VramMinute[]> {
  const { rows } = await db.query<VramMinute>(
    `SELECT at_ms - at_ms % 60000 AS "atMs", min(used_bytes) AS "minBytes", max(used_bytes) AS "maxBytes"
     FROM gpu_sample WHERE subject_id = $1 AND at_ms >= $2 AND at_ms < $3 AND used_bytes IS NOT NULL
     GROUP BY 1 ORDER BY 1`,
    [gpuId, Math.floor(fromMs), Math.floor(toMs)],
  );
  return rows;
}
