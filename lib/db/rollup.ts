import type pg from 'pg';
import {
  fleetTableOf,
  type RolledTier,
  STORED_FIELDS,
  type StoredFields,
  TIER_STEP_MS,
  type Tier,
  tableOf,
} from '#lib/db/columns.ts';
import { DEFAULT_RETENTION, type Retention } from '#lib/db/partitions.ts';
import { inTransaction } from '#lib/db/pool.ts';
import { SUBJECT_KINDS, type SubjectKind } from '#lib/metrics/sample.ts';

/** One roll-up: which rows it is made from, and how long those are kept. */
type Step = {
  readonly from: string;
  readonly to: string;
  readonly stepMs: number;
  readonly keep: keyof Retention;
  /** Columns beside the key, each with its SQL. */
  readonly columns: (histogramBuckets: number) => ColumnSql;
  readonly key: readonly string[];
};

/** Each tier is made from the one below, so that a row is read twice in its life; then the fleet of each tier. */
const STEPS: readonly Step[] = [
  ...SUBJECT_KINDS.flatMap((kind) => [
    tierStep(kind, 'raw', '1m', 'rawMs'),
    tierStep(kind, '1m', '10m', 'minuteMs'),
    tierStep(kind, '10m', '1h', 'minuteMs'),
  ]),
  fleetStep('1m', 'minuteMs'),
  fleetStep('10m', 'minuteMs'),
  fleetStep('1h', 'hourMs'),
];

function tierStep(kind: SubjectKind, from: Tier, to: RolledTier, keep: keyof Retention): Step {
  const fields = STORED_FIELDS[kind];
  const columnsOf = from === 'raw' ? rawColumns : rolledColumns;
  return {
    from: tableOf(kind, from),
    to: tableOf(kind, to),
    stepMs: TIER_STEP_MS[to],
    keep,
    columns: (histogramBuckets) => columnsOf(fields, histogramBuckets),
    key: ['subject_id', 'layout_id'],
  };
}

function fleetStep(tier: RolledTier, keep: keyof Retention): Step {
  return {
    from: tableOf('engine', tier),
    to: fleetTableOf(tier),
    stepMs: TIER_STEP_MS[tier],
    keep,
    columns: (histogramBuckets) => histogramColumns(STORED_FIELDS.engine, histogramBuckets),
    key: ['layout_id'],
  };
}

/** Never roll up a bucket before this much of the next one has passed: batches of the writer are at most seconds late. */
const SETTLE_MS = 5000;
/** One statement covers at most this many buckets, so that catching up after an outage stays within its timeout. */
const MAX_BUCKETS_PER_RUN = 120;

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
  const done = await loadDone(pool);
  for (const step of STEPS) {
    // Nearly always nothing is due: not even the oldest row that waits is looked up then.
    const readyMs = done.get(step.from) ?? nowMs - SETTLE_MS;
    if (readyMs - (readyMs % step.stepMs) <= (done.get(step.to) ?? 0)) continue;
    const run = await rollUpOne(pool, step, { nowMs, oldestMs: nowMs - retention[step.keep], histogramBuckets });
    if (run === null) continue;
    runs.push(run);
    done.set(run.name, run.toMs);
  }
  return runs;
}

async function loadDone(pool: pg.Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ name: string; done_until_ms: number }>(
    'SELECT name, done_until_ms FROM rollup_state',
  );
  return new Map(rows.map((row) => [row.name, row.done_until_ms]));
}

type RunTime = {
  readonly nowMs: number;
  /** Rows below that are older may be gone: buckets before are not made again. */
  readonly oldestMs: number;
  readonly histogramBuckets: number;
};

async function rollUpOne(pool: pg.Pool, step: Step, time: RunTime): Promise<RollupRun | null> {
  const { from, to: name, stepMs } = step;
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ done_until_ms: number; first_ms: number | null }>(
      `SELECT done_until_ms, (SELECT min(at_ms) FROM ${from} WHERE at_ms >= done_until_ms) AS first_ms
       FROM rollup_state WHERE name = $1 FOR UPDATE`,
      [name],
    );
    const state = rows[0];
    if (state === undefined || state.first_ms === null) return null;
    const oldestMs = Math.ceil(time.oldestMs / stepMs) * stepMs;
    const fromMs = Math.max(oldestMs, Math.floor(Math.max(state.done_until_ms, state.first_ms) / stepMs) * stepMs);
    const readyMs = Math.floor((await sourceDoneMs(client, from, time.nowMs)) / stepMs) * stepMs;
    const toMs = Math.min(readyMs, fromMs + MAX_BUCKETS_PER_RUN * stepMs);
    if (toMs <= fromMs) return null;
    await client.query(`DELETE FROM ${name} WHERE at_ms >= $1 AND at_ms < $2`, [fromMs, toMs]);
    await client.query(rollupSql(step, time.histogramBuckets), [fromMs, toMs]);
    await client.query('UPDATE rollup_state SET done_until_ms = $2 WHERE name = $1', [name, toMs]);
    return { name, fromMs, toMs };
  });
}

/** How far the rows below are complete: the clock less the writer's delay, or how far their own roll-up got. */
async function sourceDoneMs(client: pg.PoolClient, from: string, nowMs: number): Promise<number> {
  const { rows } = await client.query<{ done_until_ms: number }>(
    'SELECT done_until_ms FROM rollup_state WHERE name = $1',
    [from],
  );
  return rows[0]?.done_until_ms ?? nowMs - SETTLE_MS;
}

/** Sets the roll-ups back to before a time, in the transaction that writes samples of that age; NULL sets nothing back. */
export function markLateSql(time: string): string {
  return `UPDATE rollup_state SET done_until_ms = ${time}, version = version + 1 WHERE done_until_ms > ${time}`;
}

/** Makes every roll-up from `fromMs` on again at the next run. */
export async function rebuildRollups(pool: pg.Pool, fromMs: number): Promise<void> {
  await pool.query(markLateSql('$1'), [fromMs]);
}

function rollupSql(step: Step, histogramBuckets: number): string {
  const columns = step.columns(histogramBuckets);
  const names = ['at_ms', ...step.key, ...columns.map(([column]) => column)];
  const values = [`at_ms - at_ms % ${step.stepMs}`, ...step.key, ...columns.map(([, sql]) => sql)];
  const groups = ['at_ms', ...step.key].map((_, index) => index + 1);
  return `INSERT INTO ${step.to} (${names.join(', ')}) SELECT ${values.join(', ')}
    FROM ${step.from} WHERE at_ms >= $1 AND at_ms < $2 GROUP BY ${groups.join(', ')}`;
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

/** How far roll-ups are finished. What is before `doneMs` stays as it is while `version` stays. */
export type RollupState = { readonly doneMs: number; readonly version: number };

/** Until when a tier is complete for every kind that has samples, the fleet's rows included. */
export async function loadRollupState(pool: pg.Pool, tier: RolledTier): Promise<RollupState> {
  const { rows } = await pool.query<{ done: number | null; version: number }>(
    `SELECT min(done_until_ms) FILTER (
              WHERE name = ANY($1::text[]) AND done_until_ms > 0
                 OR name = $2 AND EXISTS (SELECT 1 FROM rollup_state WHERE name = $3 AND done_until_ms > 0)) AS done,
            sum(version)::int AS version
     FROM rollup_state`,
    [SUBJECT_KINDS.map((kind) => tableOf(kind, tier)), fleetTableOf(tier), tableOf('engine', tier)],
  );
  return { doneMs: rows[0]?.done ?? 0, version: rows[0]?.version ?? 0 };
}
