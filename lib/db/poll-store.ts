import type pg from 'pg';
import { isDuplicate } from '#lib/db/failure.ts';
import { heldLeases } from '#lib/db/leases.ts';
import { saveOutcomes } from '#lib/db/poll-outcomes.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';
import { inTransaction } from '#lib/db/pool.ts';
import { copySamples } from '#lib/db/sample-store.ts';
import { storableText } from '#lib/db/storable.ts';

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
    await saveMarks(client, kept);
    await saveOutcomes(client, kept);
    return { samples: samples.length, lostTargets: new Set(targetIds.filter((id) => !held.has(id))) };
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
