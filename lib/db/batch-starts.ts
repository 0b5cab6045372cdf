import type pg from 'pg';

export type Restarted = { readonly engineId: number; readonly atMs: number; readonly text: string };

/** When polls saw that an engine's process is a new one. */
export async function loadRestarts(
  pool: pg.Pool,
  engineIds: readonly number[],
  range: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly Restarted[]> {
  const { rows } = await pool.query<Restarted>(
    `SELECT subject_id AS "engineId", at_ms AS "atMs", text FROM mark
     WHERE kind = 'restart' AND subject_id = ANY($1::int[]) AND at_ms > $2 AND at_ms <= $3 ORDER BY at_ms`,
    [engineIds, Math.floor(range.fromMs), Math.floor(range.toMs)],
  );
  return rows;
}

export type StartAsked = {
  readonly number: number;
  readonly engineId: number;
  readonly submittedMs: number;
  readonly firstRunningMs: number;
};

/** The newest attempt to poll each engine between a submit and the first poll that saw requests run, failed ones too. */
export async function loadLastIdle(
  pool: pg.Pool,
  asked: readonly StartAsked[],
): Promise<readonly { readonly number: number; readonly engineId: number; readonly lastIdleMs: number | null }[]> {
  const { rows } = await pool.query<{ number: number; engineId: number; lastIdleMs: number | null }>(
    `SELECT a.number, a.engine_id AS "engineId",
            (SELECT max(s.at_ms) FROM scrape s WHERE s.target_id = u.target_id AND s.at_ms >= a.from_ms AND s.at_ms < a.to_ms)
              AS "lastIdleMs"
     FROM unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[]) AS a(number, engine_id, from_ms, to_ms)
     JOIN subject u ON u.id = a.engine_id`,
    [
      asked.map((each) => each.number),
      asked.map((each) => each.engineId),
      asked.map((each) => each.submittedMs),
      asked.map((each) => each.firstRunningMs),
    ],
  );
  return rows;
}
