import { z } from 'zod';
import { CHANNEL_KINDS } from '#lib/api/channels.ts';
import type { Queryable } from '#lib/db/alerts.ts';
import { STANDING } from '#lib/db/deliveries.ts';

const Row = z.object({
  id: z.int(),
  name: z.string(),
  kind: z.enum(CHANNEL_KINDS),
  deadLetters: z.int(),
  lastWords: z.string(),
});
/** A channel that is in use and what it lost since the last message that arrived; `lastWords` is the newest answer. */
export type ChannelLosses = z.infer<typeof Row>;

/** Heartbeats are left out: the other side of them notices by itself. */
export async function loadChannelLosses(db: Queryable): Promise<readonly ChannelLosses[]> {
  const { rows } = await db.query(
    `SELECT c.id, c.name, c.kind, coalesce(l.n, 0)::int AS "deadLetters", coalesce(l.words, '') AS "lastWords"
     FROM channel c LEFT JOIN LATERAL (
       SELECT count(*) AS n,
         (array_agg(coalesce('HTTP ' || d.last_status || ': ', '') || coalesce(d.last_answer, '') ORDER BY d.created_at_ms DESC))[1] AS words
       FROM delivery d WHERE d.channel_id = c.id AND d.state = 'dead' AND d.kind NOT IN ${STANDING}
         AND d.created_at_ms > coalesce((SELECT max(s.created_at_ms) FROM delivery s
           WHERE s.channel_id = c.id AND s.state = 'sent'), -1)) l ON true
     WHERE c.removed_at_ms IS NULL AND c.enabled AND c.kind <> 'heartbeat' ORDER BY c.id`,
  );
  return rows.map((row) => Row.parse(row));
}
