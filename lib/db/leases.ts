import type pg from 'pg';

/** Longer than two renewals, so that a slow one does not lose its targets. */
export const LEASE_MS = 15_000;

/** Targets that this collector may poll now. `fence` changes when the holder changes. */
export type Lease = { readonly targetId: number; readonly fence: number };

/**
 * Renews this collector's leases and takes free or expired ones up to its fair share of the live collectors;
 * what is above the share is let go, so that a new collector gets its part.
 */
export async function renewLeases(pool: pg.Pool, holder: string): Promise<readonly Lease[]> {
  const { rows } = await pool.query<{ target_id: number; fence: number }>(
    `WITH alive AS (
       SELECT greatest(1, count(*)) AS n FROM collector WHERE heartbeat_at > now() - $2 * interval '1 millisecond'
     ), wanted AS (
       SELECT t.id, l.holder, l.until, l.holder = $1 AND l.until > now() AS mine,
              l.holder IS NULL OR l.until <= now() AS free
       FROM target t LEFT JOIN target_lease l ON l.target_id = t.id
       WHERE t.removed_at IS NULL AND NOT t.paused
     ), share AS (
       SELECT ceil((SELECT count(*) FROM wanted)::numeric / (SELECT n FROM alive))::int AS size
     ), pick AS (
       SELECT id FROM wanted WHERE mine OR free ORDER BY mine DESC, id LIMIT (SELECT size FROM share)
     ), gone AS (
       DELETE FROM target_lease WHERE holder = $1 AND target_id NOT IN (SELECT id FROM pick)
     )
     INSERT INTO target_lease AS l (target_id, holder, fence, until)
     SELECT id, $1, 1, now() + $2 * interval '1 millisecond' FROM pick ORDER BY id
     ON CONFLICT (target_id) DO UPDATE SET
       fence = CASE WHEN l.holder = excluded.holder THEN l.fence ELSE l.fence + 1 END,
       holder = excluded.holder, until = excluded.until
     WHERE l.holder = excluded.holder OR l.until <= now()
     RETURNING target_id, fence`,
    [holder, LEASE_MS],
  );
  return rows.map((row) => ({ targetId: row.target_id, fence: row.fence }));
}

/** The targets among `targetIds` whose lease this collector holds; locked until the transaction ends. */
export async function heldLeases(
  client: pg.PoolClient,
  holder: string,
  targetIds: readonly number[],
): Promise<ReadonlySet<number>> {
  const { rows } = await client.query<{ target_id: number }>({
    name: 'held-leases',
    text: 'SELECT target_id FROM target_lease WHERE holder = $1 AND target_id = ANY($2::int[]) FOR SHARE',
    values: [holder, targetIds],
  });
  return new Set(rows.map((row) => row.target_id));
}

/** Lets all targets go at an orderly stop, so that another collector takes over at once. */
export async function releaseLeases(pool: pg.Pool, holder: string): Promise<void> {
  await pool.query('DELETE FROM target_lease WHERE holder = $1', [holder]);
  await pool.query('DELETE FROM collector WHERE id = $1', [holder]);
}

/**
 * Lets go what a collector held that is known to be dead, so that its successor need not wait for the leases to expire.
 * Resolves to the number of such collectors.
 */
export async function releaseLeasesOfDead(pool: pg.Pool, dead: { host: string; pid: number }): Promise<number> {
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM collector WHERE host = $1 AND pid = $2', [
    dead.host,
    dead.pid,
  ]);
  for (const { id } of rows) await releaseLeases(pool, id);
  return rows.length;
}

export type CollectorBeat = {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAtMs: number;
  readonly stats: object;
};

/** Tells the others that this collector lives; forgets those silent for an hour. */
export async function beat(pool: pg.Pool, collector: CollectorBeat): Promise<void> {
  await pool.query(
    `INSERT INTO collector (id, host, pid, started_at, heartbeat_at, stats) VALUES ($1, $2, $3, to_timestamp($4 / 1000.0), now(), $5)
     ON CONFLICT (id) DO UPDATE SET heartbeat_at = now(), stats = excluded.stats`,
    [collector.id, collector.host, collector.pid, collector.startedAtMs, JSON.stringify(collector.stats)],
  );
  await pool.query("DELETE FROM collector WHERE heartbeat_at < now() - interval '1 hour'");
}
