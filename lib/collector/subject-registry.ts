import { type CursorRow, CursorRows, loadCursors } from '#lib/db/cursors.ts';
import type { Pool } from '#lib/db/pool.ts';
import { ensureSubject, listSubjects, type StoredSubject } from '#lib/db/subjects.ts';
import type { Reading } from '#lib/metrics/sample.ts';
import type { Cursor } from '#lib/series/increments.ts';
import { subjectKey, subjectName } from '#lib/target/subject-identity.ts';
import type { TargetSettings } from '#lib/target/target.ts';

/** A subject that this target's readings go to, with what the next reading is compared with. */
export type LiveSubject = {
  readonly id: number;
  cursor: Cursor | null;
  /** As last stored; a plan hands out the same object at every poll. */
  attributes: Reading['attributes'] | null;
};

type Target = TargetSettings & { readonly id: number };

/** How long a GPU's owner must be silent before another exporter of the same GPU takes over. */
const TAKE_OVER_AFTER_MS = 30_000;
const RECHECK_MS = 30_000;

/** The subjects of one target. A GPU that a second exporter shows too is stored once, from its first exporter. */
export class SubjectRegistry {
  readonly #pool: Pool;
  readonly #target: Target;
  readonly #cursorRows: CursorRows;
  readonly #live = new Map<string, LiveSubject>();
  readonly #foreign = new Map<string, { readonly checkedAtMs: number; readonly owner: number }>();

  constructor(pool: Pool, target: Target) {
    this.#pool = pool;
    this.#target = target;
    this.#cursorRows = new CursorRows(pool);
  }

  /** Reads the target's subjects and cursors; to be called once, before the first poll. */
  async load(): Promise<void> {
    const subjects = await listSubjects(this.#pool, { targetIds: [this.#target.id] });
    const cursors = await loadCursors(
      this.#pool,
      subjects.map((subject) => subject.id),
    );
    for (const subject of subjects) {
      const cursor = cursors.get(subject.id) ?? null;
      this.#live.set(mapKey(subject), { id: subject.id, cursor, attributes: null });
    }
  }

  /** The subject of a reading; `created` on its first appearance; null while another target owns it. */
  async find(
    reading: Reading,
    nowMs: number,
  ): Promise<{ readonly subject: LiveSubject; readonly created: boolean } | null> {
    const key = subjectKey(this.#target.id, reading);
    const mapped = `${reading.kind} ${key}`;
    const known = this.#live.get(mapped);
    if (known !== undefined) {
      await this.#saveAttributes(known, reading, key);
      return { subject: known, created: false };
    }
    const foreign = this.#foreign.get(mapped);
    if (foreign !== undefined && nowMs - foreign.checkedAtMs < RECHECK_MS) return null;
    return this.#adopt(reading, key, mapped, nowMs);
  }

  /** The row to store of a subject's cursor. */
  cursorRow(subject: LiveSubject, cursor: Cursor): CursorRow {
    return this.#cursorRows.rowOf(subject.id, cursor);
  }

  /** Owners of GPUs that this target shows but does not store. */
  foreignOwners(): readonly number[] {
    return [...new Set([...this.#foreign.values()].map((entry) => entry.owner))];
  }

  async #adopt(reading: Reading, key: string, mapped: string, nowMs: number) {
    const takeOver = reading.kind === 'gpu' && (await this.#ownerIsSilent(key, nowMs));
    const before = await this.#pool.query('SELECT 1 FROM subject WHERE kind = $1 AND key = $2', [reading.kind, key]);
    const stored = await ensureSubject(this.#pool, this.#identity(reading, key), takeOver);
    if (stored.targetId !== this.#target.id) {
      this.#foreign.set(mapped, { checkedAtMs: nowMs, owner: stored.targetId });
      return null;
    }
    this.#foreign.delete(mapped);
    const cursor = (await loadCursors(this.#pool, [stored.id])).get(stored.id) ?? null;
    const subject: LiveSubject = { id: stored.id, cursor, attributes: reading.attributes };
    this.#live.set(mapped, subject);
    return { subject, created: before.rowCount === 0 };
  }

  async #ownerIsSilent(key: string, nowMs: number): Promise<boolean> {
    const { rows } = await this.#pool.query<{ last_ok_ms: number | null; removed: boolean }>(
      `SELECT s.last_ok_ms, t.removed_at IS NOT NULL OR t.paused AS removed FROM subject u
       JOIN target t ON t.id = u.target_id LEFT JOIN target_state s ON s.target_id = t.id
       WHERE u.kind = 'gpu' AND u.key = $1`,
      [key],
    );
    const owner = rows[0];
    if (owner === undefined || owner.removed) return true;
    return nowMs - (owner.last_ok_ms ?? nowMs) > TAKE_OVER_AFTER_MS;
  }

  async #saveAttributes(subject: LiveSubject, reading: Reading, key: string): Promise<void> {
    if (reading.attributes === subject.attributes) return;
    if (JSON.stringify(reading.attributes) !== JSON.stringify(subject.attributes))
      await ensureSubject(this.#pool, this.#identity(reading, key), false);
    subject.attributes = reading.attributes;
  }

  #identity(reading: Reading, key: string): Omit<StoredSubject, 'id'> {
    return {
      kind: reading.kind,
      key,
      targetId: this.#target.id,
      name: subjectName(this.#target, reading),
      attributes: reading.attributes,
    };
  }
}

function mapKey(subject: StoredSubject): string {
  return `${subject.kind} ${subject.key}`;
}
