import { randomUUID } from 'node:crypto';
import type { Queryable } from '#lib/db/alerts.ts';

/** A name that no other installation has; alert ids alone would meet in a receiver that two installations send to. */
export async function installationId(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ value: string }>(
    `INSERT INTO setting (key, value, updated_at) VALUES ('installation', to_jsonb($1::text), now())
     ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING value`,
    [randomUUID().slice(0, 13)],
  );
  return rows[0]?.value ?? '';
}
