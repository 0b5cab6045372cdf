import type pg from 'pg';
import { z } from 'zod';
import { storableJson, storableText } from '#lib/db/storable.ts';
import type { Attributes, SubjectKind } from '#lib/metrics/sample.ts';

export type StoredSubject = {
  readonly id: number;
  readonly kind: SubjectKind;
  readonly key: string;
  readonly targetId: number;
  readonly name: string;
  readonly attributes: Attributes;
};

const Row = z.object({
  id: z.int(),
  kind: z.enum(['engine', 'gpu']),
  key: z.string(),
  target_id: z.int(),
  name: z.string(),
  attributes: z.record(z.string(), z.string()),
});

const COLUMNS = 'id, kind, key, target_id, name, attributes';

function toSubject(row: unknown): StoredSubject {
  const { target_id: targetId, ...rest } = Row.parse(row);
  return { ...rest, targetId };
}

export async function listSubjects(
  pool: pg.Pool,
  filter: { readonly targetIds?: readonly number[] } = {},
): Promise<readonly StoredSubject[]> {
  const { rows } = await pool.query(
    `SELECT ${COLUMNS} FROM subject WHERE $1::int[] IS NULL OR target_id = ANY($1::int[]) ORDER BY id`,
    [filter.targetIds ?? null],
  );
  return rows.map(toSubject);
}

export type SubjectIdentity = Omit<StoredSubject, 'id'>;

/**
 * Finds or makes the subject. A GPU that another target already reads stays with that target unless `takeOver`.
 * Returns the subject as stored; its `targetId` tells who owns it.
 */
export async function ensureSubject(
  client: pg.Pool | pg.PoolClient,
  identity: SubjectIdentity,
  takeOver: boolean,
): Promise<StoredSubject> {
  const { rows } = await client.query(
    `INSERT INTO subject (kind, key, target_id, name, attributes) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (kind, key) DO UPDATE SET
       target_id = CASE WHEN $6 THEN excluded.target_id ELSE subject.target_id END,
       name = CASE WHEN $6 OR subject.target_id = excluded.target_id THEN excluded.name ELSE subject.name END,
       attributes = CASE WHEN $6 OR subject.target_id = excluded.target_id THEN excluded.attributes ELSE subject.attributes END
     RETURNING ${COLUMNS}`,
    [
      identity.kind,
      storableText(identity.key),
      identity.targetId,
      storableText(identity.name),
      storableJson(identity.attributes),
      takeOver,
    ],
  );
  return toSubject(rows[0]);
}
