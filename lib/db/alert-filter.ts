import type { AlertState } from '#lib/alerts/alert.ts';
import type { HANDLINGS, Quiet } from '#lib/alerts/handling.ts';
import type { Matcher } from '#lib/alerts/matchers.ts';
import { openUntilMs } from '#lib/alerts/schedule.ts';
import { matchersSql } from '#lib/db/matchers-sql.ts';
import type { SqlValues } from '#lib/db/sql-values.ts';
import type { Severity } from '#lib/rules/rule.ts';

export type HandlingState = (typeof HANDLINGS)[number];

/** Which alerts; null means any. A resolved one counts only when it had fired. */
export type AlertPick = {
  readonly states: readonly AlertState[];
  readonly severities: readonly Severity[] | null;
  readonly handlings: readonly HandlingState[] | null;
  readonly ruleId: string | null;
  readonly subjectIds: readonly number[] | null;
  readonly targetId: number | null;
  readonly owner: string | null;
  readonly matchers: readonly Matcher[];
  /** Episodes that overlap [fromMs, toMs). */
  readonly fromMs: number | null;
  readonly toMs: number | null;
};

const STATE_SQL = {
  pending: 'a.resolved_at_ms IS NULL AND a.fired_at_ms IS NULL',
  firing: 'a.resolved_at_ms IS NULL AND a.fired_at_ms IS NOT NULL AND a.recovering_since_ms IS NULL',
  recovering: 'a.resolved_at_ms IS NULL AND a.fired_at_ms IS NOT NULL AND a.recovering_since_ms IS NOT NULL',
  resolved: 'a.resolved_at_ms IS NOT NULL AND a.fired_at_ms IS NOT NULL',
} as const satisfies Record<AlertState, string>;

/** The pick as a condition on `alert a`. */
export function pickSql(pick: AlertPick, quiet: Quiet, nowMs: number, values: SqlValues): string {
  const parts: string[] = [`(${pick.states.map((state) => `(${STATE_SQL[state]})`).join(' OR ') || 'false'})`];
  const among = (column: string, type: string, list: readonly unknown[] | null): void => {
    if (list !== null) parts.push(`${column} = ANY(${values.add(list)}::${type}[])`);
  };
  if (!pick.states.includes('resolved')) parts.push('a.resolved_at_ms IS NULL');
  among('a.severity', 'text', pick.severities);
  among('a.subject_id', 'int', pick.subjectIds);
  if (pick.ruleId !== null) parts.push(`a.rule_id = ${values.add(pick.ruleId)}`);
  if (pick.targetId !== null) parts.push(`a.target_id = ${values.add(pick.targetId)}`);
  if (pick.owner !== null) parts.push(pick.owner === '' ? 'a.owner IS NULL' : `a.owner = ${values.add(pick.owner)}`);
  if (pick.matchers.length > 0) parts.push(matchersSql(pick.matchers, values));
  if (pick.toMs !== null) parts.push(`a.pending_since_ms < ${values.add(Math.ceil(pick.toMs))}`);
  if (pick.fromMs !== null)
    parts.push(`coalesce(a.resolved_at_ms, 9007199254740991) >= ${values.add(Math.floor(pick.fromMs))}`);
  if (pick.handlings !== null)
    parts.push(`${handlingSql(quiet, nowMs, values)} = ANY(${values.add(pick.handlings)}::text[])`);
  return parts.join(' AND ');
}

/** `handlingOf(…).state` of lib/alerts/handling.ts as SQL. What mutes now says nothing about a resolved alert. */
export function handlingSql(quiet: Quiet, nowMs: number, values: SqlValues): string {
  const now = `${values.add(Math.floor(nowMs))}::bigint`;
  const muting = mutersAt(quiet, nowMs).map(({ matchers }) => `(${matchersSql(matchers, values)})`);
  const muted = muting.length === 0 ? '' : `WHEN a.resolved_at_ms IS NULL AND (${muting.join(' OR ')}) THEN 'muted'`;
  return `CASE ${muted} WHEN a.inhibited_by IS NOT NULL THEN 'inhibited'
    WHEN ${ackedSql(now)} THEN 'acked' ELSE 'open' END`;
}

/** Whether the ack is in force, or was when the alert resolved. `now` is a placeholder or a column. */
export function ackedSql(now: string): string {
  return `(a.acked_at_ms IS NOT NULL AND (a.ack_until_ms IS NULL OR a.ack_until_ms > coalesce(a.resolved_at_ms, ${now})))`;
}

type Muter = { readonly matchers: readonly Matcher[] };

function mutersAt(quiet: Quiet, nowMs: number): readonly Muter[] {
  const silences = quiet.silences.filter((each) => nowMs >= each.startsAtMs && nowMs < each.endsAtMs);
  const windows = quiet.maintenance.filter((each) => each.enabled && openUntilMs(each.schedule, nowMs) !== null);
  return [...silences, ...windows];
}
