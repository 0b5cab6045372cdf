import type { Queryable } from '#lib/db/alerts.ts';
import { storableJson, storableText } from '#lib/db/storable.ts';

/** One human action. `object` names what it was done to: `channel 3`, `alert 17`. */
export type AuditEntry = {
  readonly actor: string;
  readonly action: string;
  readonly object: string;
  /** Never holds a secret. */
  readonly detail: object;
  readonly atMs: number;
};

/** Adds to the audit trail; nothing in Headroom changes or removes its rows. */
export async function writeAudit(db: Queryable, entry: AuditEntry): Promise<void> {
  await db.query('INSERT INTO audit (at_ms, actor, action, object, detail) VALUES ($1, $2, $3, $4, $5)', [
    Math.floor(entry.atMs),
    storableText(entry.actor),
    entry.action,
    storableText(entry.object),
    storableJson(entry.detail),
  ]);
}
