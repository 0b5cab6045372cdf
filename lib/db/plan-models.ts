import { z } from 'zod';
import type { Queryable } from '#lib/db/alerts.ts';
import { storableJson, storableText } from '#lib/db/storable.ts';
import type { ModelShape } from '#lib/plan/model-shape.ts';

const number = z.number().nullable();
const Shape = z.object({
  parameters: z.number(),
  layers: z.number(),
  kvHeads: z.number(),
  headDim: z.number(),
  hidden: number,
  intermediate: number,
  vocabulary: number,
  tied: z.boolean(),
  slidingWindow: number,
  source: z.string(),
}) satisfies z.ZodType<Omit<ModelShape, 'name'>>;
const Row = z.object({ id: z.int(), name: z.string(), shape: Shape });

export type StoredModel = ModelShape & { readonly ownId: number };

/** By name. */
export async function loadPlanModels(db: Queryable): Promise<readonly StoredModel[]> {
  const { rows } = await db.query('SELECT id, name, shape FROM plan_model ORDER BY name');
  return rows.map((row) => {
    const { id, name, shape } = Row.parse(row);
    return { ...shape, name, ownId: id };
  });
}

/** null when there is none; nobody else changes it until the transaction ends. */
export async function lockPlanModel(db: Queryable, id: number): Promise<ModelShape | null> {
  const { rows } = await db.query('SELECT id, name, shape FROM plan_model WHERE id = $1 FOR UPDATE', [id]);
  if (rows.length === 0) return null;
  const { name, shape } = Row.parse(rows[0]);
  return { ...shape, name };
}

type Stamp = { readonly by: string; readonly atMs: number };

/** Throws Postgres's 23505 when the name is taken. */
export async function insertPlanModel(db: Queryable, { name, ...shape }: ModelShape, stamp: Stamp): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    'INSERT INTO plan_model (name, shape, changed_by, changed_at_ms) VALUES ($1, $2, $3, $4) RETURNING id',
    [storableText(name), storableJson(shape), storableText(stamp.by), Math.floor(stamp.atMs)],
  );
  return rows[0]?.id ?? 0;
}

/** Throws Postgres's 23505 when the name is taken. */
export async function updatePlanModel(
  db: Queryable,
  id: number,
  { name, ...shape }: ModelShape,
  stamp: Stamp,
): Promise<void> {
  await db.query('UPDATE plan_model SET name = $2, shape = $3, changed_by = $4, changed_at_ms = $5 WHERE id = $1', [
    id,
    storableText(name),
    storableJson(shape),
    storableText(stamp.by),
    Math.floor(stamp.atMs),
  ]);
}

/** False when there is no such model. */
export async function deletePlanModel(db: Queryable, id: number): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM plan_model WHERE id = $1', [id]);
  return rowCount === 1;
}
