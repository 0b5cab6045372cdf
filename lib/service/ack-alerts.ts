import type { BulkAckAnswer, BulkAckInput } from '#lib/api/alerts.ts';
import { ackMany } from '#lib/db/alert-actions.ts';
import { writeAudit } from '#lib/db/audit.ts';
import { isDeadlock } from '#lib/db/failure.ts';
import { sendHint } from '#lib/db/notify.ts';
import { inTransaction } from '#lib/db/pool.ts';
import { loadQuiet } from '#lib/db/quiet.ts';
import type { Actor } from '#lib/service/access.ts';
import { ackOf } from '#lib/service/act-on-alert.ts';
import { pickOf } from '#lib/service/alert-pick.ts';
import type { ServiceContext } from '#lib/service/context.ts';

const TRIES = 3;

/**
 * `POST /alerts/ack`: every open alert of the list or the filter that nobody has acknowledged; the others are skipped.
 * Channels hear of it within seconds by `enqueueDue`, so that thousands at once hold up nobody.
 */
export async function ackBulk(context: ServiceContext, actor: Actor, input: BulkAckInput): Promise<BulkAckAnswer> {
  const nowMs = context.clock();
  const ack = ackOf(actor, input, nowMs);
  const target =
    input.ids !== undefined
      ? { ids: input.ids }
      : { pick: pickOf(input.filter ?? {}, nowMs), quiet: await loadQuiet(context.pool, nowMs), nowMs };
  const work = () =>
    inTransaction(context.pool, async (client) => {
      const answer = await ackMany(client, target, ack);
      const { note, untilMs, remindEveryMs } = ack;
      await writeAudit(client, {
        actor: actor.name,
        action: 'alert.acked',
        object: `${answer.acked} alerts`,
        detail: { text: note, untilMs, remindEveryMs, ...answer, filter: input.filter ?? null, ids: input.ids ?? null },
        atMs: nowMs,
      });
      if (answer.acked > 0) await sendHint(client, 'alerts');
      return answer;
    });
  return retryDeadlock(work, TRIES);
}

/** The evaluator changes many alerts at once too; when both wait for each other, Postgres ends one of them. */
async function retryDeadlock<T>(work: () => Promise<T>, tries: number): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (tries <= 1 || !isDeadlock(error)) throw error;
    return retryDeadlock(work, tries - 1);
  }
}
