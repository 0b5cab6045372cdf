import { z } from 'zod';
import type { Maintenance } from '#lib/alerts/handling.ts';
import { Matcher } from '#lib/api/matchers.ts';
import { Schedule } from '#lib/api/silences.ts';
import type { Queryable } from '#lib/db/alerts.ts';
import { storableJson, storableText } from '#lib/db/storable.ts';

const Row = z.object({
  id: z.int(),
  title: z.string(),
  matchers: z.array(Matcher),
  schedule: Schedule,
  enabled: z.boolean(),
  author: z.string(),
});
export type MaintenanceRow = z.infer<typeof Row>;

const COLUMNS = 'id, title, matchers, schedule, enabled, author';

export async function loadMaintenance(db: Queryable): Promise<readonly MaintenanceRow[]> {
  const { rows } = await db.query(`SELECT ${COLUMNS} FROM maintenance WHERE removed_at_ms IS NULL ORDER BY title, id`);
  return rows.map((row) => Row.parse(row));
}

export async function findMaintenance(db: Queryable, id: number): Promise<MaintenanceRow | null> {
  const { rows } = await db.query(`SELECT ${COLUMNS} FROM maintenance WHERE removed_at_ms IS NULL AND id = $1`, [id]);
  return rows.length === 0 ? null : Row.parse(rows[0]);
}

type Wanted = Omit<Maintenance, 'id'>;

export async function insertMaintenance(db: Queryable, wanted: Wanted, author: string, nowMs: number): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `INSERT INTO maintenance (title, matchers, schedule, enabled, author, created_at_ms)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
    [...columnsOf(wanted), storableText(author), Math.floor(nowMs)],
  );
  return rows[0]?.id ?? 0;
}

export async function updateMaintenance(db: Queryable, id: number, wanted: Wanted): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE maintenance SET title = $1, matchers = $2, schedule = $3, enabled = $4
     WHERE id = $5 AND removed_at_ms IS NULL`,
    [...columnsOf(wanted), id],
  );
  return rowCount === 1;
}

function columnsOf({ title, matchers, schedule, enabled }: Wanted): unknown[] {
  return [storableText(title), storableJson(matchers), storableJson(schedule), enabled];
}

export async function removeMaintenance(db: Queryable, id: number, nowMs: number): Promise<boolean> {
  const { rowCount } = await db.query(
    'UPDATE maintenance SET removed_at_ms = $2 WHERE id = $1 AND removed_at_ms IS NULL',
    [id, Math.floor(nowMs)],
  );
  return rowCount === 1;
}
