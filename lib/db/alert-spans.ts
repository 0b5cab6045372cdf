import type { Queryable } from '#lib/db/alerts.ts';
import type { Severity } from '#lib/rules/rule.ts';

/** A fired episode as charts draw it. */
export type AlertSpan = {
  readonly id: number;
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  /** null: about a whole target. */
  readonly subject: number | null;
  readonly fromMs: number;
  /** null while it fires. */
  readonly toMs: number | null;
  readonly ackedAtMs: number | null;
};

/** Episodes that fired on these subjects, or on their targets as a whole, and overlap [fromMs, toMs); the newest first. */
export async function loadAlertSpans(
  db: Queryable,
  about: { readonly subjectIds: readonly number[]; readonly targetIds: readonly number[] },
  range: { readonly fromMs: number; readonly toMs: number },
  limit: number,
): Promise<readonly AlertSpan[]> {
  const { rows } = await db.query<AlertSpan>(
    `SELECT id, rule_id AS rule, rule ->> 'title' AS title, severity, subject_id AS subject, fired_at_ms AS "fromMs",
            resolved_at_ms AS "toMs", acked_at_ms AS "ackedAtMs"
     FROM alert WHERE fired_at_ms < $4 AND (resolved_at_ms IS NULL OR resolved_at_ms >= $3)
       AND (subject_id = ANY($1::int[]) OR (scope = 'target' AND target_id = ANY($2::int[])))
     ORDER BY fired_at_ms DESC, id DESC LIMIT $5`,
    [about.subjectIds, about.targetIds, Math.floor(range.fromMs), Math.ceil(range.toMs), limit],
  );
  return rows;
}
