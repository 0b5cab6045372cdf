import { ADVISORY_LOCKS } from '#lib/db/advisory-locks.ts';
import type { Queryable } from '#lib/db/alerts.ts';
import { type FoundBatch, insertFoundBatches, insertFoundRun } from '#lib/db/batch-listing-writes.ts';
import {
  isToldOf,
  loadActivity,
  loadRemembered,
  type RememberedActivity,
  saveRemembered,
} from '#lib/db/engine-activity.ts';
import { sendHint } from '#lib/db/notify.ts';
import { inTransaction, type Pool } from '#lib/db/pool.ts';
import { type DetectedBatch, FEWEST_BATCHES, followActivity, restActivity } from '#lib/runs/detect-batches.ts';

/** An engine that was never looked at is followed from here on; one that was, from where it was left, but not for ever. */
const FIRST_LOOK_MS = 10 * 60_000;
const LONGEST_LOOK_MS = 2 * 3_600_000;
/** Polls of this time are stored by now, or will be taken with the next look. */
const SETTLE_MS = 2000;

const NOTES =
  'Found by Headroom: the engine was busy and idle in turns, alike each time. Begins and ends are those of polls; a batch counts everything that the engine served.';

/**
 * Follows the activity of every engine up to now, and writes runs of the batches that are found in it. What was seen, and
 * what was written, are remembered in the same transaction, so that nothing is written twice.
 */
export async function detectBatches(pool: Pool, nowMs: number): Promise<void> {
  await alone(pool, async (client) => {
    const remembered = await loadRemembered(client);
    if (remembered.length === 0) return;
    const looks = remembered.map(({ engineId, state }) => {
      const longest = nowMs - (state.untilMs === null ? FIRST_LOOK_MS : LONGEST_LOOK_MS);
      return { engineId, afterMs: Math.max(state.untilMs ?? 0, longest) };
    });
    const activity = await loadActivity(client, looks, nowMs - SETTLE_MS);
    const news: RememberedActivity[] = [];
    for (const before of remembered) {
      const polls = activity.get(before.engineId) ?? [];
      const { state, rows } = followActivity(before.state, polls);
      const rested = restActivity(state, nowMs);
      if (rested === before.state) continue;
      news.push(await writeRows(client, { ...before, state: rested }, rows, nowMs));
    }
    await saveRemembered(client, news);
    if (news.some((after) => isNews(after, remembered))) await sendHint(client, 'runs');
  });
}

/** Detection is switched off: what was found stays, runs that were still followed end with their last batch. */
export async function stopDetecting(pool: Pool): Promise<void> {
  await alone(pool, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE run r SET verdict = NULL, finished_at_ms =
         (SELECT coalesce(max(b.ended_at_ms), r.started_at_ms) FROM run_batch b WHERE b.run_id = r.id)
       WHERE r.origin = 'detected' AND r.finished_at_ms IS NULL`,
    );
    await client.query('DELETE FROM engine_activity');
    if ((rowCount ?? 0) > 0) await sendHint(client, 'runs');
  });
}

/** In one transaction, unless another collector is at it. */
async function alone(pool: Pool, work: (client: Queryable) => Promise<void>): Promise<void> {
  await inTransaction(pool, async (client) => {
    const lock = await client.query<{ got: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS got', [
      ADVISORY_LOCKS.detectBatches,
    ]);
    if (lock.rows[0]?.got === true) await work(client);
  });
}

function isNews(after: RememberedActivity, remembered: readonly RememberedActivity[]): boolean {
  const before = remembered.find((each) => each.engineId === after.engineId);
  return before?.runId !== after.runId || before?.storedBatches !== after.storedBatches;
}

/** Writes what is new of each row; all but the one that the state still follows are over. */
async function writeRows(
  client: Queryable,
  activity: RememberedActivity,
  rows: readonly (readonly DetectedBatch[])[],
  nowMs: number,
): Promise<RememberedActivity> {
  let now = activity;
  for (const row of rows) {
    const [first, last] = [row[0], row.at(-1)];
    if (first === undefined || last === undefined) continue;
    if (now.firstBatchMs !== first.startMs)
      now = { ...now, firstBatchMs: first.startMs, runId: null, storedBatches: 0 };
    if (row.length >= FEWEST_BATCHES && row.length > now.storedBatches) now = await writeRow(client, now, row, nowMs);
    if (activity.state.alike[0]?.startMs === first.startMs) continue;
    if (now.runId !== null) await finishRun(client, now.runId, last.endMs);
    now = { ...now, firstBatchMs: null, runId: null, storedBatches: 0 };
  }
  return now;
}

async function writeRow(
  client: Queryable,
  activity: RememberedActivity,
  row: readonly DetectedBatch[],
  nowMs: number,
): Promise<RememberedActivity> {
  const [first, last] = [row[0], row.at(-1)];
  if (first === undefined || last === undefined) return activity;
  const { engineId, name, storedBatches } = activity;
  // Of a row that somebody tells of as well nothing is written, now or later.
  const isTold =
    activity.runId === null && (storedBatches > 0 || (await isToldOf(client, engineId, first.startMs, last.endMs)));
  if (isTold) return { ...activity, storedBatches: row.length };
  const runId =
    activity.runId ??
    (await insertFoundRun(client, {
      name: `${name} ${new Date(first.startMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      origin: 'detected',
      engineIds: [engineId],
      notes: NOTES,
      startedMs: first.startMs,
      finishedMs: null,
      createdBy: 'Headroom',
      nowMs,
    }));
  const at = { runId, targetId: null, firstNumber: storedBatches + 1 };
  await insertFoundBatches(
    client,
    at,
    row.slice(storedBatches).map((batch, i) => toBatch(batch, storedBatches + i + 1)),
  );
  await client.query('UPDATE run SET verdict = NULL WHERE id = $1', [runId]);
  return { ...activity, runId, storedBatches: row.length };
}

function toBatch({ startMs, endMs }: DetectedBatch, number: number): FoundBatch {
  const facts = {
    state: 'finished',
    stateWord: null,
    submittedMs: null,
    startedMs: startMs,
    endedMs: endMs,
    reported: {},
  } as const;
  return { externalId: null, name: `batch ${number}`, facts };
}

async function finishRun(client: Queryable, runId: number, finishedMs: number): Promise<void> {
  await client.query('UPDATE run SET finished_at_ms = $2, verdict = NULL WHERE id = $1 AND finished_at_ms IS NULL', [
    runId,
    finishedMs,
  ]);
}
