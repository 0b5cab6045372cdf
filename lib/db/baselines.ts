import type pg from 'pg';
import { BASELINE_SPAN_MS, type Baseline, type BaselineMinute } from '#lib/detect/baseline.ts';

/** The minutes of one engine that a baseline is learned from. */
export async function loadBaselineMinutes(
  pool: pg.Pool,
  subjectId: number,
  nowMs: number,
): Promise<readonly BaselineMinute[]> {
  const { rows } = await pool.query({
    text: `SELECT at_ms, sum(finished) * 1000 / nullif(sum(elapsed_ms), 0)::double precision,
                  sum(running_requests_sum) / nullif(sum(running_requests_count), 0), max(waiting_requests_max)
           FROM engine_1m WHERE subject_id = $1 AND at_ms >= $2 GROUP BY at_ms`,
    values: [subjectId, nowMs - BASELINE_SPAN_MS],
    rowMode: 'array',
  });
  return (rows as (number | null)[][]).map(([atMs, finishedPerSecond, runningMean, waitingMax]) => ({
    atMs: atMs ?? 0,
    finishedPerSecond: finishedPerSecond ?? null,
    runningMean: runningMean ?? null,
    waitingMax: waitingMax ?? null,
  }));
}

export async function saveBaseline(pool: pg.Pool, subjectId: number, baseline: Baseline): Promise<void> {
  await pool.query(
    `INSERT INTO subject_baseline (subject_id, rps, minutes, learned_at) VALUES ($1, $2, $3, now())
     ON CONFLICT (subject_id) DO UPDATE SET rps = excluded.rps, minutes = excluded.minutes, learned_at = now()`,
    [subjectId, baseline.rps, baseline.minutes],
  );
}

export async function listEngineIds(pool: pg.Pool): Promise<readonly number[]> {
  const { rows } = await pool.query<{ id: number }>("SELECT id FROM subject WHERE kind = 'engine' ORDER BY id");
  return rows.map((row) => row.id);
}

/** Learned baselines in requests per second, by engine. */
export async function loadLearnedRates(pool: pg.Pool): Promise<ReadonlyMap<number, number>> {
  const { rows } = await pool.query<{ id: number; rps: number }>(
    'SELECT subject_id AS id, rps FROM subject_baseline WHERE rps IS NOT NULL',
  );
  return new Map(rows.map(({ id, rps }) => [id, rps]));
}
