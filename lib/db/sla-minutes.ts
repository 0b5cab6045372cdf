import { tableOf } from '#lib/db/columns.ts';
import { type FleetState, sloOf } from '#lib/db/fleet-state.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import { type Client, inTransaction, type Pool } from '#lib/db/pool.ts';
import { loadRollupState } from '#lib/db/rollup.ts';
import { loadSetting, saveSetting } from '#lib/db/settings.ts';
import { judgeSlaMinute } from '#lib/detect/sla-minute.ts';
import { SLO_LATENCIES } from '#lib/metrics/slo.ts';
import type { SlaMinuteCounts } from '#lib/runs/sla-figures.ts';

/** One row of the table is this long. */
const ROW_MS = 600_000;
const DAY_MS = 86_400_000;
/** Minutes that are judged in one go when it has to catch up: polling waits for none of it for long. */
const MOST_MS = 2 * ROW_MS;
const HISTOGRAMS = Object.values(SLO_LATENCIES);

/**
 * Judges the minutes that are rolled up and not judged yet, of all engines, and adds them up by ten. Of several collectors
 * one does it. A late sample sets it back as it does every roll-up; another promise sets it back by a day.
 * `keepMs`: how long rows are kept. Returns until when it is done.
 */
export async function makeSlaMinutes(context: MeasureContext, fleet: FleetState, keepMs: number): Promise<number> {
  const { pool } = context;
  const { doneMs: readyMs } = await loadRollupState(pool, '1m');
  await judgeAnewWhenPromised(pool, fleet);
  for (;;) {
    const { toMs } = await inTransaction(pool, (client) => judgeNext(context, client, fleet, readyMs));
    if (toMs >= readyMs) {
      await pool.query('DELETE FROM sla_minutes WHERE at_ms < $1', [Math.floor(fleet.nowMs - keepMs)]);
      return toMs;
    }
  }
}

/** What a minute was judged by must be what is promised now: its burn rate is measured by that too. */
async function judgeAnewWhenPromised(pool: Pool, { targets, nowMs }: FleetState): Promise<void> {
  const said = targets
    .filter(({ slo, profile }) => slo !== null || profile === 'literal')
    .map(({ id, slo, profile }) => [id, slo, profile]);
  const key = JSON.stringify([targets[0]?.sloForAll ?? null, said]);
  if ((await loadSetting(pool, 'slo_judged')) === key) return;
  await pool.query("UPDATE rollup_state SET done_until_ms = least(done_until_ms, $1) WHERE name = 'sla_minutes'", [
    Math.floor((nowMs - DAY_MS) / ROW_MS) * ROW_MS,
  ]);
  await saveSetting(pool, 'slo_judged', key);
}

async function judgeNext(
  context: MeasureContext,
  client: Client,
  fleet: FleetState,
  readyMs: number,
): Promise<{ readonly toMs: number }> {
  const { rows } = await client.query<{ done: number }>(
    "SELECT done_until_ms AS done FROM rollup_state WHERE name = 'sla_minutes' FOR UPDATE",
  );
  const doneMs = Math.max(rows[0]?.done ?? 0, fleet.nowMs - DAY_MS);
  // The row that the new minutes belong to is made again from its first minute.
  const fromMs = Math.floor(doneMs / ROW_MS) * ROW_MS;
  const toMs = Math.min(readyMs, fromMs + MOST_MS);
  if (toMs <= doneMs) return { toMs: readyMs };
  const counts = await judgedMinutes(context, client, fleet, fromMs, toMs);
  await client.query('DELETE FROM sla_minutes WHERE at_ms >= $1 AND at_ms < $2', [fromMs, toMs]);
  await client.query(
    `INSERT INTO sla_minutes (at_ms, subject_id, met, missed, unknown)
     SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::int[])`,
    (['atMs', 'subjectId', 'met', 'missed', 'unknown'] as const).map((key) => counts.map((row) => row[key])),
  );
  await client.query("UPDATE rollup_state SET done_until_ms = $1 WHERE name = 'sla_minutes'", [toMs]);
  return { toMs };
}

type CountRow = { readonly atMs: number; readonly subjectId: number; met: number; missed: number; unknown: number };
type MinuteRow = [number, number, number, number, number | null, number | null, number | null, ...(number[] | null)[]];

async function judgedMinutes(
  { layouts }: MeasureContext,
  client: Client,
  fleet: FleetState,
  fromMs: number,
  toMs: number,
): Promise<readonly CountRow[]> {
  const { rows } = await client.query({
    text: `SELECT subject_id, at_ms, layout_id, elapsed_ms, finished, waiting_requests_min, waiting_requests_max,
                  ${HISTOGRAMS.map((name) => `h_${name}`).join(', ')}
           FROM ${tableOf('engine', '1m')} WHERE at_ms >= $1 AND at_ms < $2`,
    values: [fromMs, toMs],
    rowMode: 'array',
  });
  const minutes = rows as unknown as MinuteRow[];
  const bounds = await layouts.load(minutes.map((row) => row[2]));
  const promises = new Map(
    fleet.subjects.filter(({ kind }) => kind === 'engine').map((subject) => [subject.id, sloOf(subject)]),
  );
  const counts = new Map<string, CountRow>();
  // A minute in which an engine restarted as another version has a row for each bucket layout.
  for (const group of Map.groupBy(minutes, ([id, at]) => `${id} ${at}`).values()) {
    const [subjectId, minuteMs] = group[0] ?? [0, 0];
    const slo = promises.get(subjectId);
    if (slo === undefined) continue;
    const outcome = judgeSlaMinute(
      {
        finished: sumKnown(group.map((row) => row[4])),
        elapsedMs: group.reduce((sum, row) => sum + row[3], 0),
        waitingLeast: least(group.map((row) => row[5])),
        waitingMost: most(group.map((row) => row[6])),
        windowOf: (name) => {
          const index = 7 + (HISTOGRAMS as readonly string[]).indexOf(name);
          const parts = group.flatMap((row) => {
            const ofRow = bounds.get(row[2])?.[name];
            const increases = row[index] as number[] | null | undefined;
            if (ofRow === undefined || increases == null) return [];
            return [{ bounds: ofRow, counts: ofRow.map((_, i) => increases[i] ?? 0) }];
          });
          return { parts, sum: null };
        },
      },
      slo,
    );
    if (outcome === 'idle') continue;
    const atMs = minuteMs - (minuteMs % ROW_MS);
    const key = `${subjectId} ${atMs}`;
    const row = counts.get(key) ?? { atMs, subjectId, met: 0, missed: 0, unknown: 0 };
    row[outcome]++;
    counts.set(key, row);
  }
  return [...counts.values()];
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);
const sumKnown = (values: readonly (number | null)[]): number | null =>
  known(values).length === 0 ? null : known(values).reduce((sum, value) => sum + value, 0);
const least = (values: readonly (number | null)[]): number | null =>
  known(values).length === 0 ? null : Math.min(...known(values));
const most = (values: readonly (number | null)[]): number | null =>
  known(values).length === 0 ? null : Math.max(...known(values));

/** Minutes of (nowMs − 24 h, nowMs] by engine, in whole rows of ten; an engine without any is missing. */
export async function countSlaMinutes(pool: Pool, nowMs: number): Promise<ReadonlyMap<number, SlaMinuteCounts>> {
  const { rows } = await pool.query<{ id: number } & SlaMinuteCounts>(
    `SELECT subject_id AS id, sum(met)::int AS met, sum(missed)::int AS missed, sum(unknown)::int AS unknown
     FROM sla_minutes WHERE at_ms > $1 AND at_ms <= $2 GROUP BY 1`,
    [Math.floor(nowMs - DAY_MS - ROW_MS), Math.floor(nowMs)],
  );
  return new Map(rows.map(({ id, met, missed, unknown }) => [id, { met, missed, unknown }]));
}

export type SlaMinuteBucket = SlaMinuteCounts & { readonly subjectId: number; readonly bucketMs: number };

/** The minutes of a range in buckets of `stepMs`, a multiple of ten minutes. */
export async function loadSlaMinutes(
  pool: Pool,
  subjectIds: readonly number[],
  range: { readonly fromMs: number; readonly toMs: number },
  stepMs: number,
): Promise<readonly SlaMinuteBucket[]> {
  const { rows } = await pool.query<SlaMinuteBucket>(
    `SELECT subject_id AS "subjectId", at_ms - at_ms % $4::bigint AS "bucketMs", sum(met)::int AS met,
            sum(missed)::int AS missed, sum(unknown)::int AS unknown
     FROM sla_minutes WHERE at_ms >= $2 AND at_ms < $3 AND subject_id = ANY($1::int[]) GROUP BY 1, 2 ORDER BY 2`,
    [subjectIds, Math.floor(range.fromMs), Math.floor(range.toMs), Math.max(ROW_MS, stepMs)],
  );
  return rows;
}
