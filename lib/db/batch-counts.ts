import type pg from 'pg';
import { TIER_STEP_MS, type Tier, tableOf } from '#lib/db/columns.ts';
import type { BatchWindow } from '#lib/runs/batch-window.ts';
import type { EngineCounts } from '#lib/runs/count-batch.ts';

/** What the samples of one engine say of one batch. */
export type EngineBatchRow = Omit<EngineCounts, 'engineName'> & {
  readonly number: number;
  /** The first poll since the submit that saw requests run; null where none did, or only roll-ups are kept. */
  readonly firstRunningMs: number | null;
};

/** A row that begins in a batch and ends this long after it still counts for it. */
const LONGEST_OVERHANG_MS = 600_000;

const COUNTED = {
  finished: 'finished',
  aborted: 'finished_abort',
  errored: 'finished_error',
  http5xx: 'http_5xx',
  promptTokens: 'prompt_tokens',
  completionTokens: 'generation_tokens',
  cachedTokens: 'prompt_tokens_cached',
  prefixQueries: 'prefix_queries',
  prefixHits: 'prefix_hits',
  preemptions: 'preemptions',
  requestSeconds: 'h_e2e_s_sum',
} as const;

type Row = Record<keyof typeof COUNTED | 'requests' | 'firstRunningMs', number | null> & {
  readonly number: number;
  readonly engineId: number;
  readonly fromMs: number;
  readonly toMs: number;
};

/**
 * Counts of batches by engine. A sample's increase belongs to the time since the sample before; where that reaches over
 * two batches it is shared in proportion, where it reaches into a gap the batch takes it whole. An engine without samples
 * in a batch has no row.
 */
export async function loadBatchCounts(
  pool: pg.Pool,
  windows: readonly BatchWindow[],
  engineIds: readonly number[],
  tier: Tier,
  nowMs: number,
): Promise<readonly EngineBatchRow[]> {
  const raw = tier === 'raw';
  const stepMs = raw ? 0 : TIER_STEP_MS[tier];
  const from = raw ? 'e.at_ms - coalesce(e.elapsed_ms, 0)' : 'e.at_ms';
  const to = `e.at_ms + ${stepMs}`;
  const own = 'least(to_ms, end_ms) - greatest(from_ms, start_ms)';
  const before = 'greatest(0, coalesce(previous_end_ms, from_ms) - from_ms)';
  const after = 'greatest(0, to_ms - coalesce(next_start_ms, to_ms))';
  const sums = Object.entries(COUNTED).map(([name, column]) => `sum(${column} * share) AS "${name}"`);
  const columns = [...new Set(Object.values(COUNTED))].map((column) => `e.${column}`).join(', ');
  const { rows } = await pool.query<Row>(
    `WITH batch AS (
       SELECT * FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
         AS b(number, start_ms, end_ms, previous_end_ms, next_start_ms, submitted_ms)
     ), seen AS (
       SELECT b.*, e.subject_id, ${from} AS from_ms, ${to} AS to_ms, ${columns}, ${raw ? 'e.running_requests' : 'NULL::float8'} AS running,
              (SELECT sum(n) FROM unnest(e.h_e2e_s) n) AS requests
       FROM batch b JOIN ${tableOf('engine', tier)} e ON e.subject_id = ANY($7::int[])
         AND e.at_ms > b.start_ms - ${stepMs} AND e.at_ms < b.end_ms + ${LONGEST_OVERHANG_MS}
       WHERE ${to} > b.start_ms AND ${from} < b.end_ms
     ), shared AS (
       SELECT *, CASE WHEN to_ms <= from_ms THEN 1
                 ELSE (${own})::float8 / nullif((${own}) + ${before} + ${after}, 0) END AS share FROM seen
     )
     SELECT number, subject_id AS "engineId", min(from_ms) AS "fromMs", max(to_ms) AS "toMs", ${sums.join(', ')},
            sum(requests * share) AS requests,
            min(to_ms) FILTER (WHERE running > 0 AND to_ms >= coalesce(submitted_ms, start_ms) AND to_ms <= end_ms) AS "firstRunningMs"
     FROM shared GROUP BY 1, 2`,
    [
      windows.map((window) => window.number),
      windows.map((window) => window.startMs),
      windows.map((window) => window.endMs ?? nowMs),
      windows.map((window) => window.previousEndMs),
      windows.map((window) => window.nextStartMs),
      windows.map((window) => window.submittedMs),
      engineIds,
    ],
  );
  return rows.map(({ fromMs, toMs, ...row }) => ({ ...row, covered: { fromMs, toMs } }));
}
