import type { Queryable } from '#lib/db/alerts.ts';
import { storableJson, storableText } from '#lib/db/storable.ts';

/** One action of a person or a token: who did what to what, and with which details. */
export type AuditEntry = {
  readonly actor: string;
  /** `alert.ack`, `silence.create`, `rule.change` … */
  readonly action: string;
  /** What it was done to: `alert 17`, `rule KvCacheFull`. */
  readonly object: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly atMs: number;
};

/** Written in the transaction of the action itself, so that neither is there without the other. */
export async function writeAudit(db: Queryable, entry: AuditEntry): Promise<void> {
  await db.query('INSERT INTO audit (at_ms, actor, action, object, detail) VALUES ($1, $2, $3, $4, $5)', [
    Math.floor(entry.atMs),
    storableText(entry.actor),
    entry.action,
    storableText(entry.object),
    storableJson(entry.detail),
  ]);
}
