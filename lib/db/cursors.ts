import { createHash } from 'node:crypto';
import type pg from 'pg';
import { cursorFromText, cursorShapeText, cursorToText, cursorValuesToText } from '#lib/series/cursor-text.ts';
import type { Cursor } from '#lib/series/increments.ts';

/** `shapeId` null: the state holds its shape itself. */
export type CursorRow = {
  readonly subjectId: number;
  readonly atMs: number;
  readonly state: string;
  readonly shapeId: number | null;
};

/** The cursors of these subjects, by subject id. */
export async function loadCursors(pool: pg.Pool, subjectIds: readonly number[]): Promise<Map<number, Cursor>> {
  const { rows } = await pool.query<{ subject_id: number; state: string; shape: string | null }>(
    `SELECT c.subject_id, c.state, s.text AS shape FROM subject_cursor c LEFT JOIN cursor_shape s ON s.id = c.shape_id
     WHERE c.subject_id = ANY($1::int[])`,
    [subjectIds],
  );
  return new Map(rows.map((row) => [row.subject_id, cursorFromText(row.state, row.shape)]));
}

/** An exporter whose shape changes all the time keeps it in its cursor. */
const MOST_SHAPES = 20;

/**
 * Makes the rows of one target's cursors. A shape that came twice is stored apart, once for all cursors that share it:
 * most of a cursor's text then need not be written again at every poll.
 */
export class CursorRows {
  readonly #pool: pg.Pool;
  readonly #idByShape = new Map<string, number | 'seen once' | 'being saved'>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  rowOf(subjectId: number, cursor: Cursor): CursorRow {
    const shapeId = this.#shapeIdOf(cursorShapeText(cursor));
    const state = shapeId === null ? cursorToText(cursor) : cursorValuesToText(cursor);
    return { subjectId, atMs: cursor.atMs, state, shapeId };
  }

  #shapeIdOf(shape: string): number | null {
    const known = this.#idByShape.get(shape);
    if (typeof known === 'number') return known;
    if (known === 'seen once') void this.#save(shape);
    if (known === undefined && this.#idByShape.size < MOST_SHAPES) this.#idByShape.set(shape, 'seen once');
    return null;
  }

  /** Polls neither wait for it nor fail with it: until it is stored, at a later poll, cursors hold their shape themselves. */
  async #save(shape: string): Promise<void> {
    this.#idByShape.set(shape, 'being saved');
    try {
      this.#idByShape.set(shape, await saveShape(this.#pool, shape));
    } catch {
      this.#idByShape.set(shape, 'seen once');
    }
  }
}

async function saveShape(pool: pg.Pool, shape: string): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO cursor_shape (digest, text) VALUES ($1, $2)
     ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest RETURNING id`,
    [createHash('sha256').update(shape).digest('hex'), shape],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('a cursor shape that was just stored is gone');
  return id;
}
