import type pg from 'pg';
import { PhaseBaselineView, SlowdownView } from '#lib/api/baseline.ts';
import { BASELINE_SPAN_MS, type Baseline } from '#lib/detect/baseline.ts';
import type { EngineMinute } from '#lib/detect/engine-phase.ts';
import type { PhaseBaseline } from '#lib/detect/phase-baseline.ts';
import type { Slowdown } from '#lib/detect/warm-slowdown.ts';

/** The minutes of one engine that a baseline is learned from, oldest first. */
export async function loadBaselineMinutes(
  pool: pg.Pool,
  subjectId: number,
  nowMs: number,
): Promise<readonly EngineMinute[]> {
  const { rows } = await pool.query({
    text: `SELECT at_ms, sum(finished) * 1000 / nullif(sum(elapsed_ms), 0)::double precision,
                  sum(running_requests_sum) / nullif(sum(running_requests_count), 0), max(waiting_requests_max),
                  sum(generation_tokens) * 1000 / nullif(sum(elapsed_ms), 0)::double precision,
                  sum(prompt_tokens) * 1000 / nullif(sum(elapsed_ms), 0)::double precision, sum(restarts)::int
           FROM engine_1m WHERE subject_id = $1 AND at_ms >= $2 GROUP BY at_ms ORDER BY at_ms`,
    values: [subjectId, nowMs - BASELINE_SPAN_MS],
    rowMode: 'array',
  });
  return (rows as (number | null)[][]).map(([atMs, finished, running, waiting, tokens, prompt, restarts]) => ({
    ...{ atMs: atMs ?? 0, finishedPerSecond: finished ?? null, runningMean: running ?? null },
    ...{ waitingMax: waiting ?? null, tokensPerSecond: tokens ?? null, promptTokensPerSecond: prompt ?? null },
    restarted: (restarts ?? 0) > 0,
  }));
}

export type LearnedBaseline = Baseline & {
  readonly phases: readonly PhaseBaseline[];
  readonly slowdown: Slowdown;
};

export async function saveBaseline(
  pool: pg.Pool,
  subjectId: number,
  baseline: LearnedBaseline,
  nowMs: number,
): Promise<void> {
  const { rps, minutes, phases, slowdown } = baseline;
  await pool.query(
    `INSERT INTO subject_baseline (subject_id, rps, minutes, phases, slowdown, slowdown_times, learned_at)
     VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7::double precision / 1000))
     ON CONFLICT (subject_id) DO UPDATE SET rps = excluded.rps, minutes = excluded.minutes, phases = excluded.phases,
       slowdown = excluded.slowdown, slowdown_times = excluded.slowdown_times, learned_at = excluded.learned_at`,
    [subjectId, rps, minutes, JSON.stringify(phases), JSON.stringify(slowdown), slowdown.times, nowMs],
  );
}

export type StoredBaseline = Baseline & {
  readonly learnedAtMs: number;
  readonly phases: readonly PhaseBaseline[];
  readonly slowdown: Slowdown | null;
};

/** What was learned of an engine last; null before the first time. */
export async function loadStoredBaseline(pool: pg.Pool, subjectId: number): Promise<StoredBaseline | null> {
  const { rows } = await pool.query<{
    rps: number | null;
    minutes: number;
    at: number;
    phases: unknown;
    slowdown: unknown;
  }>(
    `SELECT rps, minutes, (extract(epoch FROM learned_at) * 1000)::float8 AS at, phases, slowdown
     FROM subject_baseline WHERE subject_id = $1`,
    [subjectId],
  );
  const row = rows[0];
  if (row === undefined) return null;
  return {
    ...{ rps: row.rps, minutes: row.minutes, learnedAtMs: row.at },
    phases: PhaseBaselineView.array().nullable().parse(row.phases) ?? [],
    slowdown: SlowdownView.nullable().parse(row.slowdown),
  };
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
