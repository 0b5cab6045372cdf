import type pg from 'pg';
import { STORED_FIELDS, type StoredFields, TIER_STEP_MS, type Tier, tableOf } from '#lib/db/columns.ts';
import { DEFAULT_RETENTION, type Retention } from '#lib/db/partitions.ts';
import { inTransaction } from '#lib/db/pool.ts';
import { SUBJECT_KINDS, type SubjectKind } from '#lib/metrics/sample.ts';

/** What one roll-up reads and writes. The hour is made from minutes, so each row is read twice in its life. */
const STEPS = [
  { from: 'raw', to: '1m', keep: 'rawMs' },
  { from: '1m', to: '1h', keep: 'minuteMs' },
] as const satisfies readonly { from: Tier; to: Tier; keep: keyof Retention }[];

/** Never roll up a bucket before this much of the next one has passed: batches of the writer are at most seconds late. */
const SETTLE_MS = 5000;
/** One statement covers at most this many buckets, so that catching up after an outage stays within its timeout. */
const MAX_BUCKETS_PER_RUN = 240;

export type RollupRun = { readonly name: string; readonly fromMs: number; readonly toMs: number };

/**
 * Brings all roll-ups up to `nowMs`. A late sample has set `done_until_ms` back (see `markLate`), so its buckets are
 * made again from the rows below: a roll-up can be rebuilt as far back as those rows are kept, and is left alone beyond.
 */
export async function rollUp(
  pool: pg.Pool,
  nowMs: number,
  histogramBuckets: number,
  retention: Retention = DEFAULT_RETENTION,
): Promise<readonly RollupRun[]> {
  const runs: RollupRun[] = [];
  for (const kind of SUBJECT_KINDS) {
    for (const { from, to, keep } of STEPS) {
      const step = { kind, from, to, oldestMs: nowMs - retention[keep] };
      const run = await rollUpOne(pool, step, nowMs, histogramBuckets);
      if (run !== null) runs.push(run);
    }
  }
  return runs;
}

type Step = {
  readonly kind: SubjectKind;
  readonly from: Tier;
  readonly to: Tier;
  /** Rows below that are older may be gone: buckets before are not made again. */
  readonly oldestMs: number;
};

async function rollUpOne(
  pool: pg.Pool,
  step: Step,
  nowMs: number,
  histogramBuckets: number,
): Promise<RollupRun | null> {
  const name = tableOf(step.kind, step.to);
  const stepMs = TIER_STEP_MS[step.to];
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ done_until_ms: number; first_ms: number | null }>(
      `SELECT done_until_ms, (SELECT min(at_ms) FROM ${tableOf(step.kind, step.from)} WHERE at_ms >= done_until_ms) AS first_ms
       FROM rollup_state WHERE name = $1 FOR UPDATE`,
      [name],
    );
    const state = rows[0];
    if (state === undefined || state.first_ms === null) return null;
    const oldestMs = Math.ceil(step.oldestMs / stepMs) * stepMs;
    const fromMs = Math.max(oldestMs, Math.floor(Math.max(state.done_until_ms, state.first_ms) / stepMs) * stepMs);
    const readyMs = Math.floor((await sourceDoneMs(client, step, nowMs)) / stepMs) * stepMs;
    const toMs = Math.min(readyMs, fromMs + MAX_BUCKETS_PER_RUN * stepMs);
    if (toMs <= fromMs) return null;
    await client.query(`DELETE FROM ${name} WHERE at_ms >= $1 AND at_ms < $2`, [fromMs, toMs]);
    await client.query(rollupSql(step, histogramBuckets), [fromMs, toMs]);
    await client.query('UPDATE rollup_state SET done_until_ms = $2 WHERE name = $1', [name, toMs]);
    return { name, fromMs, toMs };
  });
}

/** How far the rows below are complete: the clock less the writer's delay, or how far their own roll-up got. */
async function sourceDoneMs(client: pg.PoolClient, step: Step, nowMs: number): Promise<number> {
  if (step.from === 'raw') return nowMs - SETTLE_MS;
  const { rows } = await client.query<{ done_until_ms: number }>(
    'SELECT done_until_ms FROM rollup_state WHERE name = $1',
    [tableOf(step.kind, step.from)],
  );
  return rows[0]?.done_until_ms ?? 0;
}

/** Sets the roll-ups back to before `oldestMs`, in the transaction that writes samples of that age. */
export async function markLate(client: pg.PoolClient, oldestMs: number): Promise<void> {
  await client.query({
    name: 'mark-late',
    text: 'UPDATE rollup_state SET done_until_ms = $1 WHERE done_until_ms > $1',
    values: [oldestMs],
  });
}

/** Makes every roll-up from `fromMs` on again at the next run. */
export async function rebuildRollups(pool: pg.Pool, fromMs: number): Promise<void> {
  await inTransaction(pool, (client) => markLate(client, fromMs));
}

function rollupSql(step: Step, histogramBuckets: number): string {
  const fields: StoredFields = STORED_FIELDS[step.kind];
  const source = tableOf(step.kind, step.from);
  const columns = step.from === 'raw' ? rawColumns(fields, histogramBuckets) : rolledColumns(fields, histogramBuckets);
  const stepMs = TIER_STEP_MS[step.to];
  const bucket = `at_ms - at_ms % ${stepMs}`;
  const names = ['subject_id', 'at_ms', 'layout_id', ...columns.map(([column]) => column)];
  return `INSERT INTO ${tableOf(step.kind, step.to)} (${names.join(', ')})
    SELECT subject_id, ${bucket}, layout_id, ${columns.map(([, sql]) => sql).join(', ')}
    FROM ${source} WHERE at_ms >= $1 AND at_ms < $2 GROUP BY 1, 2, 3`;
}

type ColumnSql = readonly (readonly [string, string])[];

/** The newest value: arrays compare element by element, so this needs no sort. */
const lastOf = (column: string): string =>
  `(max(ARRAY[at_ms::double precision, ${column}]) FILTER (WHERE ${column} IS NOT NULL))[2]`;

function rawColumns(fields: StoredFields, histogramBuckets: number): ColumnSql {
  return [
    ['samples', 'count(*)'],
    ['missed', 'sum(missed)'],
    ['restarts', 'count(*) FILTER (WHERE restarted)'],
    ['elapsed_ms', 'coalesce(sum(elapsed_ms), 0)'],
    ...fields.gauges.flatMap((g) => [
      [`${g}_min`, `min(${g})`] as const,
      [`${g}_max`, `max(${g})`] as const,
      [`${g}_sum`, `sum(${g})`] as const,
      [`${g}_count`, `count(${g})`] as const,
      [`${g}_last`, lastOf(g)] as const,
    ]),
    ...fields.counters.flatMap((c) => [
      [c, `sum(${c})`] as const,
      [`${c}_min`, `min(${c} * 1000 / nullif(elapsed_ms, 0))`] as const,
      [`${c}_max`, `max(${c} * 1000 / nullif(elapsed_ms, 0))`] as const,
    ]),
    ...histogramColumns(fields, histogramBuckets),
  ];
}

function rolledColumns(fields: StoredFields, histogramBuckets: number): ColumnSql {
  return [
    ...['samples', 'missed', 'restarts', 'elapsed_ms'].map((column) => [column, `sum(${column})`] as const),
    ...fields.gauges.flatMap((g) => [
      [`${g}_min`, `min(${g}_min)`] as const,
      [`${g}_max`, `max(${g}_max)`] as const,
      [`${g}_sum`, `sum(${g}_sum)`] as const,
      [`${g}_count`, `coalesce(sum(${g}_count), 0)`] as const,
      [`${g}_last`, lastOf(`${g}_last`)] as const,
    ]),
    ...fields.counters.flatMap((c) => [
      [c, `sum(${c})`] as const,
      [`${c}_min`, `min(${c}_min)`] as const,
      [`${c}_max`, `max(${c}_max)`] as const,
    ]),
    ...histogramColumns(fields, histogramBuckets),
  ];
}

/** Element-wise sums; subscripts are many times cheaper than unnesting, and a short array's missing tail is NULL, thus 0. */
export function sumOfArrays(column: string, length: number): string {
  const sums = Array.from({ length }, (_, i) => `coalesce(sum(${column}[${i + 1}]), 0)`);
  return `ARRAY[${sums.join(', ')}]::real[]`;
}

function histogramColumns(fields: StoredFields, histogramBuckets: number): ColumnSql {
  return fields.histograms.flatMap((h) => [
    [`h_${h}`, `CASE WHEN count(h_${h}) > 0 THEN ${sumOfArrays(`h_${h}`, histogramBuckets)} END`] as const,
    [`h_${h}_sum`, `sum(h_${h}_sum)`] as const,
  ]);
}

/** Until when a tier is complete for every kind. */
export async function loadRollupState(pool: pg.Pool, tier: Tier): Promise<number> {
  const names = SUBJECT_KINDS.map((kind) => tableOf(kind, tier));
  const { rows } = await pool.query<{ done: number | null }>(
    'SELECT min(done_until_ms) FILTER (WHERE done_until_ms > 0) AS done FROM rollup_state WHERE name = ANY($1::text[])',
    [names],
  );
  return rows[0]?.done ?? 0;
}
