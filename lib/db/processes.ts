import type pg from 'pg';
import { z } from 'zod';

export type ProcessView = {
  readonly name: string;
  readonly pid: number | null;
  readonly state: string;
  readonly restarts: number;
  readonly lastExit: string | null;
};

const Beat = z.object({
  atMs: z.number(),
  startedAtMs: z.number(),
  stats: z.looseObject({
    waiting: z.number().default(0),
    written: z.number().default(0),
    dropped: z.number().default(0),
    refused: z.number().default(0),
    targets: z.number().default(0),
    lastError: z.string().nullable().default(null),
    evaluatedAtMs: z.number().nullable().default(null),
    rules: z.number().default(0),
    openAlerts: z.number().default(0),
  }),
});
export type CollectorBeatView = z.infer<typeof Beat>['stats'] & { readonly atMs: number; readonly startedAtMs: number };

/** Heartbeats of the last hour. */
export async function loadCollectorBeats(pool: pg.Pool): Promise<readonly CollectorBeatView[]> {
  const { rows } = await pool.query(
    `SELECT (extract(epoch FROM heartbeat_at) * 1000)::float8 AS "atMs",
            (extract(epoch FROM started_at) * 1000)::float8 AS "startedAtMs", stats FROM collector`,
  );
  return rows.map((row) => {
    const { stats, ...times } = Beat.parse(row);
    return { ...stats, ...times };
  });
}

export async function loadProcesses(pool: pg.Pool): Promise<readonly ProcessView[]> {
  const { rows } = await pool.query<ProcessView>(
    'SELECT name, pid, state, restarts, last_exit AS "lastExit" FROM process_state ORDER BY name',
  );
  return rows;
}

/** Replaces what the supervisor of this installation knows of its children. */
export async function saveProcesses(client: pg.Pool | pg.Client, processes: readonly ProcessView[]): Promise<void> {
  await client.query(
    `INSERT INTO process_state (name, pid, state, restarts, last_exit, updated_at)
     SELECT *, now() FROM unnest($1::text[], $2::int[], $3::text[], $4::int[], $5::text[])
     ON CONFLICT (name) DO UPDATE SET pid = excluded.pid, state = excluded.state, restarts = excluded.restarts,
       last_exit = excluded.last_exit, updated_at = now()`,
    [
      processes.map((process) => process.name),
      processes.map((process) => process.pid),
      processes.map((process) => process.state),
      processes.map((process) => process.restarts),
      processes.map((process) => process.lastExit),
    ],
  );
}
