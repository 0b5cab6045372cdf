import type pg from 'pg';
import type { PollRecord } from '#lib/db/poll-record.ts';
import { markLateSql } from '#lib/db/rollup.ts';
import { storableJson, storableText } from '#lib/db/storable.ts';

const MESSAGE_CHARACTERS = 500;

/** What polls leave beside their samples, and the hint that they are there: one statement, for each costs a round trip. */
const SAVE = `
WITH scrapes AS (
  INSERT INTO scrape (target_id, at_ms, ok, duration_ms, bytes, samples, problems, same_body, error_kind, message)
  SELECT * FROM json_to_recordset($1::json) AS x ("targetId" int, "atMs" bigint, ok bool, "durationMs" float8, bytes int,
    samples int, problems int, "sameBody" int, "errorKind" text, message text)
), cursors AS (
  INSERT INTO subject_cursor (subject_id, at_ms, state, shape_id)
  SELECT * FROM json_to_recordset($2::json) AS x ("subjectId" int, "atMs" bigint, state text, "shapeId" int)
  ON CONFLICT (subject_id) DO UPDATE SET at_ms = excluded.at_ms, state = excluded.state, shape_id = excluded.shape_id
), states AS (
  INSERT INTO target_state AS s
    (target_id, last_at_ms, ok, error_kind, message, same_body, duration_ms, bytes, samples, last_ok_ms, recognised)
  SELECT * FROM json_to_recordset($3::json) AS x ("targetId" int, "atMs" bigint, ok bool, "errorKind" text, message text,
    "sameBody" int, "durationMs" float8, bytes int, samples int, "lastOkMs" bigint, recognised jsonb)
  ON CONFLICT (target_id) DO UPDATE SET last_at_ms = excluded.last_at_ms, ok = excluded.ok,
    error_kind = excluded.error_kind, message = excluded.message, same_body = excluded.same_body,
    last_ok_ms = coalesce(excluded.last_ok_ms, s.last_ok_ms), duration_ms = excluded.duration_ms,
    bytes = excluded.bytes, samples = excluded.samples,
    recognised = coalesce(excluded.recognised, s.recognised)
), late AS (
  ${markLateSql('$4::bigint')}
)
SELECT pg_notify('headroom', 'samples')`;

/** Saves outcomes, cursors and each target's newest state, in the transaction of the samples. */
export async function saveOutcomes(client: pg.PoolClient, records: readonly PollRecord[]): Promise<void> {
  const times = records.flatMap((record) => record.samples.map((row) => row.sample.atMs));
  await client.query({
    name: 'save-outcomes',
    text: SAVE,
    values: [
      JSON.stringify(records.map((record) => outcomeOf(record, MESSAGE_CHARACTERS))),
      JSON.stringify(newestCursors(records)),
      statesJson(records),
      times.length === 0 ? null : Math.min(...times),
    ],
  });
}

function outcomeOf({ scrape }: PollRecord, characters = Number.POSITIVE_INFINITY) {
  return { ...scrape, message: scrape.message === null ? null : storableText(scrape.message.slice(0, characters)) };
}

function newestCursors(records: readonly PollRecord[]) {
  return [...new Map(records.flatMap((record) => record.cursors).map((cursor) => [cursor.subjectId, cursor])).values()];
}

/** One row a target: the newest outcome, the newest recognition that any of the records carries. */
function statesJson(records: readonly PollRecord[]): string {
  const byTarget = Map.groupBy(records, (record) => record.targetId);
  const rows = [...byTarget.values()].flatMap((ofTarget) => {
    const newest = ofTarget.at(-1);
    if (newest === undefined) return [];
    const recognised = ofTarget.findLast((each) => each.recognised !== null)?.recognised ?? null;
    return {
      ...outcomeOf(newest),
      lastOkMs: ofTarget.findLast((each) => each.scrape.ok)?.scrape.atMs ?? null,
      recognised: recognised === null ? null : JSON.parse(storableJson(recognised)),
    };
  });
  return JSON.stringify(rows);
}
