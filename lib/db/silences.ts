import { z } from 'zod';
import type { Silence } from '#lib/alerts/handling.ts';
import { Matcher } from '#lib/api/matchers.ts';
import type { Queryable } from '#lib/db/alerts.ts';
import { storableJson, storableText } from '#lib/db/storable.ts';

const Row = z.object({
  id: z.int(),
  matchers: z.array(Matcher),
  author: z.string(),
  reason: z.string(),
  startsAtMs: z.number(),
  endsAtMs: z.number(),
  createdAtMs: z.number(),
  endedBy: z.string().nullable(),
});
export type SilenceRow = z.infer<typeof Row>;

const COLUMNS = `id, matchers, author, reason, starts_at_ms AS "startsAtMs", ends_at_ms AS "endsAtMs",
  created_at_ms AS "createdAtMs", ended_by AS "endedBy"`;

/** Those that have not ended first, the newest first among each. */
export async function loadSilences(db: Queryable, nowMs: number, limit: number): Promise<readonly SilenceRow[]> {
  const { rows } = await db.query(`SELECT ${COLUMNS} FROM silence ORDER BY ends_at_ms <= $1, id DESC LIMIT $2`, [
    Math.floor(nowMs),
    limit,
  ]);
  return rows.map((row) => Row.parse(row));
}

export async function findSilence(db: Queryable, id: number): Promise<SilenceRow | null> {
  const { rows } = await db.query(`SELECT ${COLUMNS} FROM silence WHERE id = $1`, [id]);
  return rows.length === 0 ? null : Row.parse(rows[0]);
}

export async function insertSilence(
  db: Queryable,
  silence: Omit<Silence, 'id'> & { readonly createdAtMs: number },
): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `INSERT INTO silence (matchers, author, reason, starts_at_ms, ends_at_ms, created_at_ms)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
    [
      storableJson(silence.matchers),
      storableText(silence.author),
      storableText(silence.reason),
      Math.floor(silence.startsAtMs),
      Math.floor(silence.endsAtMs),
      Math.floor(silence.createdAtMs),
    ],
  );
  return rows[0]?.id ?? 0;
}

/** Ends a silence now. False when it has ended already. */
export async function endSilence(db: Queryable, id: number, by: string, nowMs: number): Promise<boolean> {
  const { rowCount } = await db.query(
    'UPDATE silence SET ends_at_ms = $3, ended_by = $2 WHERE id = $1 AND ends_at_ms > $3',
    [id, storableText(by), Math.floor(nowMs)],
  );
  return rowCount === 1;
}
