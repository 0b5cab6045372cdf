import { z } from 'zod';
import { ALERT_SCOPES, type AlertScope } from '#lib/alerts/alert.ts';
import type { FlapMemory } from '#lib/alerts/flapping.ts';
import type { Queryable } from '#lib/db/alerts.ts';

/** `ref` is the subject's id, or the target's or channel's where the scope says so. */
export type RuleStateKey = { readonly ruleId: string; readonly scope: AlertScope; readonly ref: number };
export type RuleStateRow = RuleStateKey & { readonly memory: FlapMemory };

const Row = z.object({
  ruleId: z.string(),
  scope: z.enum(ALERT_SCOPES),
  ref: z.int(),
  holds: z.boolean(),
  changeTimesMs: z.array(z.number()),
  flapping: z.boolean(),
});

/** What is remembered of conditions on these targets and their subjects. */
export async function loadRuleStates(db: Queryable, targetIds: readonly number[]): Promise<readonly RuleStateRow[]> {
  const { rows } = await db.query(
    `SELECT rule_id AS "ruleId", scope, ref, holds, change_times_ms AS "changeTimesMs", flapping FROM rule_state
     WHERE (scope = 'target' AND ref = ANY($1::int[]))
        OR (scope IN ('engine', 'gpu') AND ref IN (SELECT id FROM subject WHERE target_id = ANY($1::int[])))`,
    [targetIds],
  );
  return rows.map((row) => {
    const { ruleId, scope, ref, ...memory } = Row.parse(row);
    return { ruleId, scope, ref, memory };
  });
}

/** What is remembered of a rule on channels, by the channel's id. */
export async function loadChannelMemories(db: Queryable, ruleId: string): Promise<ReadonlyMap<number, FlapMemory>> {
  const { rows } = await db.query(
    `SELECT rule_id AS "ruleId", scope, ref, holds, change_times_ms AS "changeTimesMs", flapping FROM rule_state
     WHERE rule_id = $1 AND scope = 'channel'`,
    [ruleId],
  );
  return new Map(
    rows.map((row) => {
      const { ref, holds, changeTimesMs, flapping } = Row.parse(row);
      return [ref, { holds, changeTimesMs, flapping }];
    }),
  );
}

export async function saveRuleStates(db: Queryable, states: readonly RuleStateRow[]): Promise<void> {
  if (states.length === 0) return;
  const rows = states.map(({ ruleId, scope, ref, memory }) => ({
    rule_id: ruleId,
    scope,
    ref,
    holds: memory.holds,
    change_times_ms: memory.changeTimesMs,
    flapping: memory.flapping,
  }));
  await db.query(
    `INSERT INTO rule_state (rule_id, scope, ref, holds, change_times_ms, flapping)
     SELECT * FROM jsonb_to_recordset($1) AS x (rule_id text, scope text, ref int, holds bool, change_times_ms jsonb, flapping bool)
     ON CONFLICT (rule_id, scope, ref) DO UPDATE
       SET holds = excluded.holds, change_times_ms = excluded.change_times_ms, flapping = excluded.flapping`,
    [JSON.stringify(rows)],
  );
}
