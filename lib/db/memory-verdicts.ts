import { LeakView } from '#lib/api/leak.ts';
import { AttributionView } from '#lib/api/memory.ts';
import type { Queryable } from '#lib/db/alerts.ts';
import type { GrowthAttribution } from '#lib/detect/growth-attribution.ts';
import type { LeakJudgement } from '#lib/detect/leak-judgement.ts';
import { leakText } from '#lib/detect/leak-text.ts';
import type { VerdictHead } from '#lib/detect/verdict-signals.ts';

export type NewVerdict = {
  readonly subjectId: number;
  /** Until when the memory was seen that the verdict rests on. */
  readonly judgedAtMs: number;
  readonly judgement: LeakJudgement;
  readonly attribution: GrowthAttribution | null;
};

/** One JSON for all: as an array of texts every quote of the evidence would be escaped twice. Its texts come from the store. */
export async function saveMemoryVerdicts(db: Queryable, verdicts: readonly NewVerdict[]): Promise<void> {
  if (verdicts.length === 0) return;
  await db.query(
    `INSERT INTO memory_verdict (subject_id, judged_at_ms, verdict, slope_mib_per_hour, expected_limit_ms,
       earliest_limit_ms, reserved_bytes, above_reserved_bytes, judgement, attribution)
     SELECT n.id, n.at, n.verdict, n.slope, n.expected, n.earliest, n.reserved, n.above, n.judgement,
            nullif(n.attribution, 'null'::jsonb)
     FROM jsonb_to_recordset($1::jsonb) AS n (id int, at bigint, verdict text, slope float8, expected float8,
       earliest float8, reserved float8, above float8, judgement jsonb, attribution jsonb)
     JOIN subject s ON s.id = n.id
     ON CONFLICT (subject_id) DO UPDATE SET judged_at_ms = excluded.judged_at_ms, verdict = excluded.verdict,
       slope_mib_per_hour = excluded.slope_mib_per_hour, expected_limit_ms = excluded.expected_limit_ms,
       earliest_limit_ms = excluded.earliest_limit_ms, reserved_bytes = excluded.reserved_bytes,
       above_reserved_bytes = excluded.above_reserved_bytes, judgement = excluded.judgement,
       attribution = excluded.attribution
     WHERE memory_verdict.judged_at_ms <= excluded.judged_at_ms`,
    [JSON.stringify(verdicts.map(rowOf))],
  );
}

function rowOf({ subjectId, judgedAtMs, judgement, attribution }: NewVerdict): object {
  const { timeToLimit, reservedBytes, aboveReservedBytes } = judgement;
  return {
    id: subjectId,
    at: Math.floor(judgedAtMs),
    verdict: judgement.verdict,
    slope: judgement.slopeMibPerHour?.estimate ?? null,
    expected: timeToLimit.known ? timeToLimit.expectedMs : null,
    earliest: timeToLimit.known ? timeToLimit.earliestMs : null,
    reserved: reservedBytes,
    above: aboveReservedBytes,
    judgement,
    attribution,
  };
}

export type ConfirmedVerdict = { readonly subjectId: number; readonly judgedAtMs: number };

/** New memory changes nothing about these verdicts: they hold until now. */
export async function confirmMemoryVerdicts(db: Queryable, confirmed: readonly ConfirmedVerdict[]): Promise<void> {
  if (confirmed.length === 0) return;
  await db.query(
    `UPDATE memory_verdict v SET judged_at_ms = n.at FROM unnest($1::int[], $2::bigint[]) AS n (id, at)
     WHERE v.subject_id = n.id AND v.judged_at_ms < n.at`,
    [confirmed.map(({ subjectId }) => subjectId), confirmed.map(({ judgedAtMs }) => Math.floor(judgedAtMs))],
  );
}

/** The verdicts without their evidence, of these subjects (null: all). */
export async function loadVerdictHeads(
  db: Queryable,
  subjectIds: readonly number[] | null,
): Promise<ReadonlyMap<number, VerdictHead>> {
  const { rows } = await db.query<VerdictHead & { id: number }>(
    `SELECT subject_id AS id, judged_at_ms AS "judgedAtMs", verdict, slope_mib_per_hour AS "slopeMibPerHour",
            expected_limit_ms AS "expectedLimitMs", reserved_bytes AS "reservedBytes",
            above_reserved_bytes AS "aboveReservedBytes"
     FROM memory_verdict WHERE $1::int[] IS NULL OR subject_id = ANY($1)`,
    [subjectIds],
  );
  return new Map(rows.map(({ id, ...head }) => [id, head]));
}

export type StoredVerdict = {
  readonly judgedAtMs: number;
  readonly leak: LeakView;
  readonly attribution: AttributionView | null;
};

type EvidenceRow = { readonly at: number; readonly judgement: unknown; readonly attribution: unknown };

/** One verdict with its evidence; null while there is none. */
export async function loadMemoryVerdict(db: Queryable, subjectId: number): Promise<StoredVerdict | null> {
  const { rows } = await db.query<EvidenceRow>(
    'SELECT judged_at_ms AS at, judgement, attribution FROM memory_verdict WHERE subject_id = $1',
    [subjectId],
  );
  return storedOf(rows[0]);
}

/** Keeps with these alerts the verdicts on their subjects as they stand; what is kept already stays. */
export async function keepVerdictsOfAlerts(db: Queryable, alertIds: readonly number[]): Promise<void> {
  if (alertIds.length === 0) return;
  await db.query(
    `INSERT INTO alert_memory_verdict (alert_id, judged_at_ms, judgement, attribution)
     SELECT a.id, v.judged_at_ms, v.judgement, v.attribution
     FROM alert a JOIN memory_verdict v ON v.subject_id = a.subject_id WHERE a.id = ANY($1::bigint[])
     ON CONFLICT (alert_id) DO NOTHING`,
    [alertIds],
  );
}

/** The leak verdict of a run, as it stood when an alert about the run fired. */
export type RunVerdict = {
  readonly alertId: number;
  readonly judgedAtMs: number;
  readonly judgement: LeakJudgement;
};

export async function keepRunVerdicts(db: Queryable, verdicts: readonly RunVerdict[]): Promise<void> {
  if (verdicts.length === 0) return;
  await db.query(
    `INSERT INTO alert_memory_verdict (alert_id, judged_at_ms, judgement)
     SELECT n.id, n.at, n.judgement FROM jsonb_to_recordset($1::jsonb) AS n (id bigint, at bigint, judgement jsonb)
     ON CONFLICT (alert_id) DO NOTHING`,
    [
      JSON.stringify(
        verdicts.map(({ alertId, judgedAtMs, judgement }) => ({ id: alertId, at: Math.floor(judgedAtMs), judgement })),
      ),
    ],
  );
}

/** In one line each: the verdicts that were kept with these alerts. */
export async function loadLeakTexts(db: Queryable, alertIds: readonly number[]): Promise<ReadonlyMap<number, string>> {
  if (alertIds.length === 0) return new Map();
  const { rows } = await db.query<{ id: number; judgement: unknown }>(
    'SELECT alert_id AS id, judgement FROM alert_memory_verdict WHERE alert_id = ANY($1::bigint[])',
    [alertIds],
  );
  return new Map(rows.map(({ id, judgement }) => [id, leakText(LeakView.parse(judgement))]));
}

/** The verdict that was kept when this alert fired; null where it follows from none. */
export async function loadVerdictOfAlert(db: Queryable, alertId: number): Promise<StoredVerdict | null> {
  const { rows } = await db.query<EvidenceRow>(
    'SELECT judged_at_ms AS at, judgement, attribution FROM alert_memory_verdict WHERE alert_id = $1',
    [alertId],
  );
  return storedOf(rows[0]);
}

function storedOf(row: EvidenceRow | undefined): StoredVerdict | null {
  if (row === undefined) return null;
  return {
    judgedAtMs: row.at,
    leak: LeakView.parse(row.judgement),
    attribution: AttributionView.nullable().parse(row.attribution),
  };
}
