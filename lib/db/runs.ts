import { z } from 'zod';
import type { Queryable } from '#lib/db/alerts.ts';
import { SqlValues } from '#lib/db/sql-values.ts';
import { storableJson, storableText } from '#lib/db/storable.ts';
import { RUN_KINDS, RUN_ORIGINS, type RunKind, type RunOrigin } from '#lib/runs/run.ts';

const Verdict = z.object({ outcome: z.enum(['pass', 'fail', 'not measured']), headline: z.string() });
/** What a list shows of a run without its batches. */
export type RunVerdict = z.infer<typeof Verdict>;

const Row = z.object({
  id: z.int(),
  name: z.string(),
  kind: z.enum(RUN_KINDS),
  origin: z.enum(RUN_ORIGINS),
  engineIds: z.array(z.int()),
  labels: z.record(z.string(), z.string()),
  notes: z.string(),
  expectedRps: z.number().nullable(),
  expectedVramBytes: z.number().nullable(),
  startedAtMs: z.number(),
  finishedAtMs: z.number().nullable(),
  verdict: Verdict.nullable(),
  createdBy: z.string(),
  /** Changes with every change of the run or of its batches. */
  revision: z.string(),
});
export type RunRow = z.infer<typeof Row>;

const COLUMNS = `id, name, kind, origin, engine_ids AS "engineIds", labels, notes, expected_rps AS "expectedRps",
  expected_vram_bytes AS "expectedVramBytes", started_at_ms AS "startedAtMs", finished_at_ms AS "finishedAtMs", verdict,
  created_by AS "createdBy", xmin::text AS revision`;

export type NewRun = Omit<RunRow, 'id' | 'verdict' | 'revision'> & { readonly createdAtMs: number };

export async function insertRun(db: Queryable, run: NewRun): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `INSERT INTO run (name, kind, origin, engine_ids, labels, notes, expected_rps, expected_vram_bytes, started_at_ms,
                      finished_at_ms, created_by, created_at_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`,
    [
      storableText(run.name),
      run.kind,
      run.origin,
      run.engineIds,
      storableJson(run.labels),
      storableText(run.notes),
      run.expectedRps,
      run.expectedVramBytes,
      Math.floor(run.startedAtMs),
      run.finishedAtMs === null ? null : Math.floor(run.finishedAtMs),
      storableText(run.createdBy),
      Math.floor(run.createdAtMs),
    ],
  );
  return rows[0]?.id ?? 0;
}

/** null when there is none, or it was removed. */
export async function findRun(db: Queryable, id: number): Promise<RunRow | null> {
  const { rows } = await db.query(`SELECT ${COLUMNS} FROM run WHERE id = $1 AND removed_at_ms IS NULL`, [id]);
  return rows.length === 0 ? null : Row.parse(rows[0]);
}

/** As `findRun`; nobody else changes it or its batches until the transaction ends. */
export async function lockRun(client: Queryable, id: number): Promise<RunRow | null> {
  const { rows } = await client.query(`SELECT ${COLUMNS} FROM run WHERE id = $1 AND removed_at_ms IS NULL FOR UPDATE`, [
    id,
  ]);
  return rows.length === 0 ? null : Row.parse(rows[0]);
}

export type RunPick = {
  readonly kind?: RunKind | undefined;
  readonly origin?: RunOrigin | undefined;
  readonly state?: 'running' | 'finished' | undefined;
  readonly engine?: number | undefined;
};
/** Where a page ended. */
export type RunCursor = { readonly startedAtMs: number; readonly id: number };

/** Runs that began last come first. */
export async function listRuns(
  db: Queryable,
  pick: RunPick,
  page: { readonly after: RunCursor | null; readonly limit: number },
): Promise<readonly RunRow[]> {
  const values = new SqlValues();
  const where = ['removed_at_ms IS NULL'];
  if (pick.kind !== undefined) where.push(`kind = ${values.add(pick.kind)}`);
  if (pick.origin !== undefined) where.push(`origin = ${values.add(pick.origin)}`);
  if (pick.state !== undefined) where.push(`finished_at_ms IS ${pick.state === 'finished' ? 'NOT ' : ''}NULL`);
  if (pick.engine !== undefined) where.push(`${values.add(pick.engine)} = ANY(engine_ids)`);
  if (page.after !== null)
    where.push(`(started_at_ms, id) < (${values.add(page.after.startedAtMs)}, ${values.add(page.after.id)})`);
  const { rows } = await db.query(
    `SELECT ${COLUMNS} FROM run WHERE ${where.join(' AND ')} ORDER BY started_at_ms DESC, id DESC LIMIT ${values.add(page.limit)}`,
    values.list,
  );
  return rows.map((row) => Row.parse(row));
}

export type RunChange = Partial<
  Pick<RunRow, 'name' | 'labels' | 'notes' | 'expectedRps' | 'expectedVramBytes' | 'startedAtMs' | 'finishedAtMs'>
> & { readonly removedAtMs?: number };

/** Changes what is named; the kept verdict goes, because it may be another now. Also called when only a batch changed. */
export async function updateRun(client: Queryable, id: number, change: RunChange): Promise<void> {
  const values = new SqlValues();
  const sets = ['verdict = NULL'];
  const set = (column: string, value: unknown): void => void sets.push(`${column} = ${values.add(value)}`);
  if (change.name !== undefined) set('name', storableText(change.name));
  if (change.labels !== undefined) set('labels', storableJson(change.labels));
  if (change.notes !== undefined) set('notes', storableText(change.notes));
  if (change.expectedRps !== undefined) set('expected_rps', change.expectedRps);
  if (change.expectedVramBytes !== undefined) set('expected_vram_bytes', change.expectedVramBytes);
  if (change.startedAtMs !== undefined) set('started_at_ms', Math.floor(change.startedAtMs));
  if (change.finishedAtMs !== undefined) set('finished_at_ms', change.finishedAtMs);
  if (change.removedAtMs !== undefined) set('removed_at_ms', Math.floor(change.removedAtMs));
  await client.query(`UPDATE run SET ${sets.join(', ')} WHERE id = ${values.add(id)}`, values.list);
}

/** Keeps what nothing can change any more, unless it was changed since it was read. */
export async function saveVerdict(
  db: Queryable,
  { id, revision }: Pick<RunRow, 'id' | 'revision'>,
  verdict: RunVerdict,
): Promise<void> {
  await db.query('UPDATE run SET verdict = $3 WHERE id = $1 AND xmin::text = $2', [
    id,
    revision,
    storableJson(verdict),
  ]);
}
