import { z } from 'zod';
import type { Queryable } from '#lib/db/alerts.ts';
import { storableJson } from '#lib/db/storable.ts';
import { RULE_PACKS, RULE_SCOPES, type Rule, SEVERITIES } from '#lib/rules/rule.ts';

const RuleSchema = z.object({
  id: z.string(),
  title: z.string(),
  scope: z.enum(RULE_SCOPES),
  expr: z.string(),
  literalExpr: z.string().nullable(),
  forMs: z.number(),
  keepFiringMs: z.number(),
  hysteresis: z.number(),
  absence: z.enum(['keep', 'resolve']),
  severity: z.enum(SEVERITIES),
  action: z.string(),
  cause: z.string(),
  check: z.string(),
  remedy: z.string(),
  source: z.string(),
  pack: z.enum(RULE_PACKS).nullable(),
  enabled: z.boolean(),
  vram: z.enum(['printed', 'above-floor']),
}) satisfies z.ZodType<Rule>;

export const RULE_ORIGINS = ['pack', 'file', 'user'] as const;
export type RuleOrigin = (typeof RULE_ORIGINS)[number];

const RuleRow = z.object({
  id: z.string(),
  origin: z.enum(RULE_ORIGINS),
  definition: RuleSchema,
  change: RuleSchema.partial().nullable(),
  enabled: z.boolean(),
  version: z.int(),
  changedBy: z.string().nullable(),
  changedAtMs: z.number(),
});

/** A rule as it is evaluated, and where it comes from. */
export type StoredRule = {
  readonly rule: Rule;
  /** What the pack, the file or the person wrote, without `change`. */
  readonly definition: Rule;
  readonly origin: RuleOrigin;
  /** What a person changed of a pack's rule; null when it is as the pack says. */
  readonly change: Partial<Rule> | null;
  readonly version: number;
  readonly changedBy: string | null;
  readonly changedAtMs: number;
};

const COLUMNS = `id, origin, definition, change, enabled, version, changed_by AS "changedBy", changed_at_ms AS "changedAtMs"`;

export async function loadRules(db: Queryable): Promise<readonly StoredRule[]> {
  const { rows } = await db.query(`SELECT ${COLUMNS} FROM rule WHERE removed_at_ms IS NULL ORDER BY origin, id`);
  return rows.map(fromRow);
}

export async function findRule(db: Queryable, id: string): Promise<StoredRule | null> {
  const { rows } = await db.query(`SELECT ${COLUMNS} FROM rule WHERE removed_at_ms IS NULL AND id = $1`, [id]);
  return rows.length === 0 ? null : fromRow(rows[0]);
}

function fromRow(row: unknown): StoredRule {
  const { definition, change, enabled, id, ...rest } = RuleRow.parse(row);
  return { ...rest, change, definition, rule: { ...definition, ...change, id, enabled } };
}

/**
 * Makes the rules of one origin equal to `wanted`: new ones are added, changed ones get the new definition, missing ones
 * are removed. What a person changed of a pack's rule, and whether it is on, stays. Answers ids that others hold.
 */
export async function syncRules(
  db: Queryable,
  origin: 'pack' | 'file',
  wanted: readonly Rule[],
  nowMs: number,
): Promise<readonly string[]> {
  const rows = wanted.map((rule) => ({ id: rule.id, pack: rule.pack, definition: rule, enabled: rule.enabled }));
  const { rows: kept } = await db.query<{ id: string }>(
    `INSERT INTO rule AS r (id, origin, pack, definition, enabled, changed_at_ms)
     SELECT x.id, $2, x.pack, x.definition, x.enabled, $3
     FROM jsonb_to_recordset($1) AS x (id text, pack text, definition jsonb, enabled bool)
     ON CONFLICT (id) DO UPDATE SET
       definition = excluded.definition, pack = excluded.pack, removed_at_ms = NULL, origin = excluded.origin,
       enabled = CASE WHEN r.changed_by IS NULL OR r.removed_at_ms IS NOT NULL THEN excluded.enabled ELSE r.enabled END,
       change = CASE WHEN r.removed_at_ms IS NULL THEN r.change END,
       version = r.version + (r.definition IS DISTINCT FROM excluded.definition)::int,
       changed_at_ms = CASE WHEN r.definition IS DISTINCT FROM excluded.definition THEN excluded.changed_at_ms ELSE r.changed_at_ms END
     WHERE r.origin = excluded.origin OR r.removed_at_ms IS NOT NULL
     RETURNING id`,
    [storableJson(rows), origin, Math.floor(nowMs)],
  );
  await db.query(
    'UPDATE rule SET removed_at_ms = $3 WHERE origin = $1 AND removed_at_ms IS NULL AND NOT id = ANY($2::text[])',
    [origin, wanted.map((rule) => rule.id), Math.floor(nowMs)],
  );
  const own = new Set(kept.map((row) => row.id));
  return wanted.map((rule) => rule.id).filter((id) => !own.has(id));
}

/** `by` null: nobody's change is left, the rule follows its pack again. */
export type RuleAuthor = { readonly by: string | null; readonly atMs: number };

/** A person's own rule. False when the id is taken. */
export async function insertUserRule(db: Queryable, rule: Rule, author: RuleAuthor): Promise<boolean> {
  const { rowCount } = await db.query(
    `INSERT INTO rule AS r (id, origin, definition, enabled, changed_by, changed_at_ms) VALUES ($1, 'user', $2, $3, $4, $5)
     ON CONFLICT (id) DO UPDATE SET origin = 'user', pack = NULL, definition = excluded.definition, change = NULL,
       enabled = excluded.enabled, changed_by = excluded.changed_by, changed_at_ms = excluded.changed_at_ms,
       version = r.version + 1, removed_at_ms = NULL
     WHERE r.removed_at_ms IS NOT NULL`,
    [rule.id, storableJson(rule), rule.enabled, author.by, Math.floor(author.atMs)],
  );
  return rowCount === 1;
}

/** Stores an edit: of a person's rule its definition, of any other what differs from it. False when `version` is stale. */
export async function updateRule(
  db: Queryable,
  before: StoredRule,
  edit: { readonly change: Partial<Rule> | null; readonly enabled: boolean },
  author: RuleAuthor,
): Promise<boolean> {
  const isUser = before.origin === 'user';
  const { rowCount } = await db.query(
    `UPDATE rule SET definition = CASE WHEN $2 THEN definition || coalesce($3::jsonb, '{}') ELSE definition END,
       change = CASE WHEN $2 THEN NULL ELSE $3::jsonb END, enabled = $4, version = version + 1, changed_by = $5,
       changed_at_ms = $6
     WHERE id = $1 AND removed_at_ms IS NULL AND version = $7`,
    [
      before.rule.id,
      isUser,
      edit.change === null ? null : storableJson(edit.change),
      edit.enabled,
      author.by,
      Math.floor(author.atMs),
      before.version,
    ],
  );
  return rowCount === 1;
}

export async function removeUserRule(db: Queryable, id: string, author: RuleAuthor): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE rule SET removed_at_ms = $2, changed_by = $3 WHERE id = $1 AND origin = 'user' AND removed_at_ms IS NULL`,
    [id, Math.floor(author.atMs), author.by],
  );
  return rowCount === 1;
}
