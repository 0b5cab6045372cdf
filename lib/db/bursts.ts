import { BurstPoints, BurstRecordView, VramFloorChange } from '#lib/api/bursts.ts';
import type { Queryable } from '#lib/db/alerts.ts';
import type { BurstRecord } from '#lib/detect/burst-record.ts';
import type { OpenBurst } from '#lib/detect/open-burst.ts';

export type BurstRow = {
  readonly id: number;
  readonly subjectId: number;
  readonly record: BurstRecord;
  readonly vramFloor: VramFloorChange | null;
};

/** Grows when `OpenBurst` changes its shape: what another version stored cannot be gone on with. */
const STATE_VERSION = 1;

export type BurstToSave = {
  readonly subjectId: number;
  readonly record: BurstRecord;
  /** null when it is over. */
  readonly state: OpenBurst | null;
};

/** Writes bursts as they are now; one that is over is not opened again. */
export async function saveBursts(db: Queryable, bursts: readonly BurstToSave[]): Promise<void> {
  if (bursts.length === 0) return;
  const rows = bursts.map(({ subjectId, record, state }) => ({
    ...{ id: subjectId, start: Math.floor(record.start.atMs), until: Math.floor(record.untilMs), open: record.isOpen },
    ...{ verdict: record.verdict, record, state: state === null ? null : { version: STATE_VERSION, open: state } },
  }));
  await db.query(
    `WITH n AS (
       SELECT n.id, n.start, n.until, n.open, n.verdict, n.record, nullif(n.state, 'null'::jsonb) AS state
       FROM jsonb_to_recordset($1::jsonb) AS n (id int, start bigint, until bigint, open bool, verdict text, record jsonb,
         state jsonb)
       JOIN subject s ON s.id = n.id
     ), known AS (
       UPDATE burst b SET until_ms = n.until, is_open = n.open, verdict = n.verdict, record = n.record, state = n.state
       FROM n WHERE b.subject_id = n.id AND b.started_at_ms = n.start AND b.is_open
     )
     INSERT INTO burst (subject_id, started_at_ms, until_ms, is_open, verdict, record, state)
     SELECT id, start, until, open, verdict, record, state FROM n
     WHERE NOT EXISTS (SELECT FROM burst b WHERE b.subject_id = n.id AND b.started_at_ms = n.start)
     ON CONFLICT (subject_id, started_at_ms) DO NOTHING`,
    [JSON.stringify(rows)],
  );
}

/** What outlives the samples, once a burst is over. */
export async function saveBurstEvidence(
  db: Queryable,
  burst: { readonly subjectId: number; readonly startMs: number },
  evidence: { readonly points: BurstPoints; readonly vramFloor: VramFloorChange | null },
): Promise<void> {
  await db.query(
    'UPDATE burst SET points = $3, vram_floor = $4 WHERE subject_id = $1 AND started_at_ms = $2 AND NOT is_open',
    [
      burst.subjectId,
      Math.floor(burst.startMs),
      JSON.stringify(evidence.points),
      evidence.vramFloor === null ? null : JSON.stringify(evidence.vramFloor),
    ],
  );
}

export type StoredBurst = { readonly record: BurstRecord; readonly open: OpenBurst | null };

/** The newest burst of each of these subjects that was not over long ago, with what is remembered while it is open. */
export async function loadNewestBursts(
  db: Queryable,
  subjectIds: readonly number[],
  sinceMs: number,
): Promise<ReadonlyMap<number, StoredBurst>> {
  const { rows } = await db.query<{ id: number; record: unknown; state: { version: number; open: OpenBurst } | null }>(
    `SELECT DISTINCT ON (subject_id) subject_id AS id, record, state FROM burst
     WHERE subject_id = ANY($1::int[]) AND (is_open OR until_ms >= $2) ORDER BY subject_id, started_at_ms DESC`,
    [subjectIds, Math.floor(sinceMs)],
  );
  return new Map(
    rows.map(({ id, record, state }) => [
      id,
      { record: BurstRecordView.parse(record), open: state?.version === STATE_VERSION ? state.open : null },
    ]),
  );
}

const COLUMNS = 'id, subject_id AS "subjectId", record, vram_floor AS "vramFloor"';

export type BurstCursor = { readonly startedAtMs: number; readonly id: number };

/** Bursts that began in [fromMs, toMs) on these subjects (none: all), newest first. */
export async function listBursts(
  db: Queryable,
  pick: { readonly subjectIds: readonly number[]; readonly fromMs: number; readonly toMs: number },
  page: { readonly after: BurstCursor | null; readonly limit: number },
): Promise<readonly BurstRow[]> {
  const { rows } = await db.query(
    `SELECT ${COLUMNS} FROM burst
     WHERE started_at_ms >= $1 AND started_at_ms < $2 AND (cardinality($3::int[]) = 0 OR subject_id = ANY($3))
       AND ($4::bigint IS NULL OR (started_at_ms, id) < ($4, $5::int))
     ORDER BY started_at_ms DESC, id DESC LIMIT $6`,
    [
      ...[Math.floor(pick.fromMs), Math.floor(pick.toMs), pick.subjectIds],
      ...[page.after?.startedAtMs ?? null, page.after?.id ?? null, page.limit],
    ],
  );
  return rows.map(burstRow);
}

export async function findBurst(
  db: Queryable,
  id: number,
): Promise<(BurstRow & { readonly points: BurstPoints | null }) | null> {
  const { rows } = await db.query(`SELECT ${COLUMNS}, points FROM burst WHERE id = $1`, [id]);
  const row = rows[0];
  return row === undefined ? null : { ...burstRow(row), points: BurstPoints.nullable().parse(row.points) };
}

function burstRow(row: { id: number; subjectId: number; record: unknown; vramFloor: unknown }): BurstRow {
  const { id, subjectId } = row;
  return {
    ...{ id, subjectId, record: BurstRecordView.parse(row.record) },
    vramFloor: VramFloorChange.nullable().parse(row.vramFloor),
  };
}

/** Lowest used memory of these GPUs together in each of two spans; null where one of them has none. */
export async function loadVramFloorChange(
  db: Queryable,
  gpuIds: readonly number[],
  before: { readonly fromMs: number; readonly toMs: number },
  after: { readonly fromMs: number; readonly toMs: number },
): Promise<VramFloorChange | null> {
  if (gpuIds.length === 0) return null;
  const spans = [before.fromMs, before.toMs, after.fromMs, after.toMs].map(Math.floor);
  const { rows } = await db.query<{ before: number | null; after: number | null }>(
    `SELECT min(used_bytes) FILTER (WHERE at_ms < $3) AS before, min(used_bytes) FILTER (WHERE at_ms >= $4) AS after
     FROM gpu_sample WHERE subject_id = ANY($1::int[])
       AND (at_ms >= $2 AND at_ms < $3 OR at_ms >= $4 AND at_ms <= $5) GROUP BY subject_id`,
    [gpuIds, ...spans],
  );
  if (rows.length < gpuIds.length) return null;
  let [beforeBytes, afterBytes] = [0, 0];
  for (const row of rows) {
    if (row.before === null || row.after === null) return null;
    [beforeBytes, afterBytes] = [beforeBytes + row.before, afterBytes + row.after];
  }
  return { beforeBytes, afterBytes };
}
