import { z } from 'zod';
import type { Queryable } from '#lib/db/alerts.ts';
import { SUBJECT_KINDS } from '#lib/metrics/sample.ts';

const Row = z.object({ id: z.int(), kind: z.enum(SUBJECT_KINDS), name: z.string() });
export type SubjectRef = z.infer<typeof Row>;

/** Names of subjects, also of those whose target was removed; by id. */
export async function loadSubjectRefs(db: Queryable, ids: readonly number[]): Promise<ReadonlyMap<number, SubjectRef>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query('SELECT id, kind, name FROM subject WHERE id = ANY($1::int[])', [ids]);
  return new Map(rows.map((row) => Row.parse(row)).map((subject) => [subject.id, subject]));
}
