import type { EventHint } from '#lib/api/system.ts';
import { writeAudit } from '#lib/db/audit.ts';
import { sendHint } from '#lib/db/notify.ts';
import { type Client, inTransaction } from '#lib/db/pool.ts';
import type { Actor } from '#lib/service/access.ts';
import type { ServiceContext } from '#lib/service/context.ts';

export type Deed = {
  /** `silence.create` */
  readonly action: string;
  /** `silence 3` */
  readonly object: string;
  readonly detail: object;
};

/** A person's change with its audit entry and the hint to every page, all or nothing. */
export async function change<T>(
  context: ServiceContext,
  actor: Actor,
  topic: EventHint['topic'],
  work: (client: Client) => Promise<{ readonly result: T; readonly deed: Deed }>,
): Promise<T> {
  return inTransaction(context.pool, async (client) => {
    const { result, deed } = await work(client);
    await writeAudit(client, { actor: actor.name, ...deed, atMs: context.clock() });
    await sendHint(client, topic);
    return result;
  });
}
