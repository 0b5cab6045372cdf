import type pg from 'pg';
import { isDuplicate } from '#lib/db/failure.ts';
import { heldLeases } from '#lib/db/leases.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';
import { inTransaction } from '#lib/db/pool.ts';
import { markLate } from '#lib/db/rollup.ts';
import { copySamples, copyScrapes, saveCursors } from '#lib/db/sample-store.ts';
import { storableJson, storableText } from '#lib/db/storable.ts';

export type StoreResult = {
  readonly samples: number;
  /** Targets whose lease another collector holds by now: their records were not written. */
  readonly lostTargets: ReadonlySet<number>;
};

/**
 * Writes poll records in one transaction: samples, outcomes, cursors, marks and each target's newest state.
 * `holder` null skips the lease check (seeding). What an earlier try has committed before its answer was lost is left
 * out, so that trying again is safe.
 */
export async function storePolls(
  pool: pg.Pool,
  holder: string | null,
  records: readonly PollRecord[],
): Promise<StoreResult> {
  try {
    return await writePolls(pool, holder, records);
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const missing = await notYetStored(pool, records);
    if (missing.length === records.length) throw error;
    return writePolls(pool, holder, missing);
  }
}

async function notYetStored(pool: pg.Pool, records: readonly PollRecord[]): Promise<readonly PollRecord[]> {
  const { rows } = await pool.query<{ key: string }>(
    `SELECT s.target_id || ' ' || s.at_ms AS key FROM scrape s
     JOIN unnest($1::int[], $2::bigint[]) AS x (target_id, at_ms) ON s.target_id = x.target_id AND s.at_ms = x.at_ms`,
    [records.map((record) => record.targetId), records.map((record) => record.scrape.atMs)],
  );
  const stored = new Set(rows.map((row) => row.key));
  return records.filter((record) => !stored.has(`${record.targetId} ${record.scrape.atMs}`));
}

async function writePolls(pool: pg.Pool, holder: string | null, records: readonly PollRecord[]): Promise<StoreResult> {
  if (records.length === 0) return { samples: 0, lostTargets: new Set() };
  return inTransaction(pool, async (client) => {
    const targetIds = [...new Set(records.map((record) => record.targetId))];
    const held = holder === null ? new Set(targetIds) : await heldLeases(client, holder, targetIds);
    const kept = records.filter((record) => held.has(record.targetId));
    const samples = kept.flatMap((record) => record.samples);
    await copySamples(client, samples);
    await copyScrapes(
      client,
      kept.map((record) => record.scrape),
    );
    await saveCursors(client, newestCursors(kept));
    await saveStates(client, kept);
    await saveMarks(client, kept);
    const oldestMs = Math.min(...samples.map((row) => row.sample.atMs));
    if (Number.isFinite(oldestMs)) await markLate(client, oldestMs);
    await client.query("SELECT pg_notify('headroom', 'samples')");
    return { samples: samples.length, lostTargets: new Set(targetIds.filter((id) => !held.has(id))) };
  });
}

function newestCursors(records: readonly PollRecord[]) {
  return [...new Map(records.flatMap((record) => record.cursors).map((cursor) => [cursor.subjectId, cursor])).values()];
}

/** One row a target: the newest outcome, the newest recognition that any of the records carries. */
async function saveStates(client: pg.PoolClient, records: readonly PollRecord[]): Promise<void> {
  const newest = new Map<number, PollRecord>();
  const recognised = new Map<number, string>();
  const lastOkMs = new Map<number, number>();
  for (const record of records) {
    newest.set(record.targetId, record);
    if (record.recognised !== null) recognised.set(record.targetId, storableJson(record.recognised));
    if (record.scrape.ok) lastOkMs.set(record.targetId, record.scrape.atMs);
  }
  const rows = [...newest.values()];
  await client.query({
    name: 'save-states',
    text: `INSERT INTO target_state AS s
             (target_id, last_at_ms, ok, error_kind, message, same_body, last_ok_ms, duration_ms, bytes, samples, recognised)
           SELECT * FROM unnest($1::int[], $2::bigint[], $3::bool[], $4::text[], $5::text[], $6::int[], $7::bigint[],
                                $8::float8[], $9::int[], $10::int[], $11::jsonb[])
           ON CONFLICT (target_id) DO UPDATE SET last_at_ms = excluded.last_at_ms, ok = excluded.ok,
             error_kind = excluded.error_kind, message = excluded.message, same_body = excluded.same_body,
             last_ok_ms = coalesce(excluded.last_ok_ms, s.last_ok_ms), duration_ms = excluded.duration_ms,
             bytes = excluded.bytes, samples = excluded.samples,
             recognised = coalesce(excluded.recognised, s.recognised)`,
    values: [
      rows.map((row) => row.targetId),
      rows.map((row) => row.scrape.atMs),
      rows.map((row) => row.scrape.ok),
      rows.map((row) => row.scrape.errorKind),
      rows.map((row) => (row.scrape.message === null ? null : storableText(row.scrape.message))),
      rows.map((row) => row.scrape.sameBody),
      rows.map((row) => lastOkMs.get(row.targetId) ?? null),
      rows.map((row) => row.scrape.durationMs),
      rows.map((row) => row.scrape.bytes),
      rows.map((row) => row.scrape.samples),
      rows.map((row) => recognised.get(row.targetId) ?? null),
    ],
  });
}

async function saveMarks(client: pg.PoolClient, records: readonly PollRecord[]): Promise<void> {
  const marks = records.flatMap((record) => record.marks);
  if (marks.length === 0) return;
  await client.query(
    `INSERT INTO mark (at_ms, kind, target_id, subject_id, text)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::int[], $4::int[], $5::text[])`,
    [
      marks.map((mark) => mark.atMs),
      marks.map((mark) => mark.kind),
      marks.map((mark) => mark.targetId),
      marks.map((mark) => mark.subjectId),
      marks.map((mark) => storableText(mark.text)),
    ],
  );
}
