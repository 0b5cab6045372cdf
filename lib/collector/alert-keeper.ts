import type { EndReason } from '#lib/alerts/alert.ts';
import { end } from '#lib/alerts/lifecycle.ts';
import type { Enqueue } from '#lib/collector/evaluator.ts';
import { ADVISORY_LOCKS } from '#lib/db/advisory-locks.ts';
import { type AlertRow, insertAlertEvents, selectAlerts, updateAlerts } from '#lib/db/alerts.ts';
import { inhibitOpenAlerts } from '#lib/db/inhibit.ts';
import { inTransaction, type Pool } from '#lib/db/pool.ts';

/** Pending episodes that never fired explain why it was quiet; nobody asks for longer. */
const NOT_FIRED_KEPT_MS = 48 * 3_600_000;

const GONE = `a.resolved_at_ms IS NULL AND a.scope <> 'channel' AND (t.removed_at IS NOT NULL OR NOT EXISTS
  (SELECT 1 FROM rule r WHERE r.id = a.rule_id AND r.removed_at_ms IS NULL AND r.enabled))`;

const WORDS = {
  'target-removed': 'the target was removed',
  'rule-removed': 'the rule was removed',
  'rule-disabled': 'the rule was switched off',
} as const satisfies Partial<Record<EndReason, string>>;

/**
 * What no poll brings about: alerts of removed targets and of rules that are gone or off end, inhibition follows hosts
 * that come and go, and episodes that never fired are forgotten after two days.
 */
export async function keepAlerts(pool: Pool, enqueue: Enqueue, nowMs: number): Promise<void> {
  await inTransaction(pool, async (client) => {
    const lock = await client.query<{ got: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS got', [
      ADVISORY_LOCKS.keepAlerts,
    ]);
    if (lock.rows[0]?.got !== true) return;
    const gone = await selectAlerts(client, GONE);
    const reasons = await reasonsOf(client, gone);
    const changes = gone.flatMap((row) => {
      const { episode } = end(row, reasons.get(row.id) ?? 'rule-removed', nowMs);
      return episode === null ? [] : [{ id: row.id, episode, isNews: true }];
    });
    await updateAlerts(client, changes);
    await insertAlertEvents(
      client,
      gone.map((row) => {
        const kind = row.firedAtMs === null ? 'dropped' : 'resolved';
        const text = WORDS[reasons.get(row.id) ?? 'rule-removed'];
        return { alertId: row.id, atMs: nowMs, kind, actor: null, text, value: null };
      }),
    );
    const inhibited = await inhibitOpenAlerts(client);
    const news = [...new Set([...gone.map((row) => row.id), ...inhibited])];
    if (news.length > 0) {
      await enqueue(client, news, nowMs);
      await client.query("SELECT pg_notify('headroom', 'alerts')");
    }
    await client.query("DELETE FROM alert WHERE end_reason = 'not-fired' AND resolved_at_ms < $1", [
      Math.floor(nowMs - NOT_FIRED_KEPT_MS),
    ]);
  });
}

async function reasonsOf(
  client: Parameters<typeof selectAlerts>[0],
  rows: readonly AlertRow[],
): Promise<ReadonlyMap<number, keyof typeof WORDS>> {
  if (rows.length === 0) return new Map();
  const found = await client.query<{ id: number; targetGone: boolean; ruleGone: boolean }>(
    `SELECT a.id, t.removed_at IS NOT NULL AS "targetGone", r.id IS NULL OR r.removed_at_ms IS NOT NULL AS "ruleGone"
     FROM alert a JOIN target t ON t.id = a.target_id LEFT JOIN rule r ON r.id = a.rule_id WHERE a.id = ANY($1::bigint[])`,
    [rows.map((row) => row.id)],
  );
  return new Map(
    found.rows.map(({ id, targetGone, ruleGone }) => [
      id,
      targetGone ? 'target-removed' : ruleGone ? 'rule-removed' : 'rule-disabled',
    ]),
  );
}
