import { randomUUID } from 'node:crypto';
import type { ChannelTest } from '#lib/api/channels.ts';
import { writeAudit } from '#lib/db/audit.ts';
import { recordStanding } from '#lib/db/deliveries.ts';
import { installationId } from '#lib/db/installation-id.ts';
import { deliver, describeSent } from '#lib/notify/deliver.ts';
import { plainNotification } from '#lib/notify/message.ts';
import type { Actor } from '#lib/service/access.ts';
import { findChannel } from '#lib/service/channels.ts';
import type { ServiceContext } from '#lib/service/context.ts';

/** `POST /channels/{id}/test`: really sends a message, also to a channel that is switched off, and answers what came back. */
export async function testChannel(context: ServiceContext, actor: Actor, id: number): Promise<ChannelTest> {
  const channel = await findChannel(context, id);
  const nowMs = context.clock();
  const message = plainNotification(
    'test',
    `TEST from Headroom to "${channel.name}"`,
    `Sent by ${actor.name}. No alert.`,
    {
      id: randomUUID(),
      groupKey: `test ${id}`,
      installation: await installationId(context.pool),
      baseUrl: context.publicUrl,
      nowMs,
    },
  );
  const result = await deliver(message, channel, nowMs);
  const durationMs = Math.max(0, context.clock() - nowMs);
  const { outcome, status, answer } = result;
  // A channel that takes a test works again; one that refuses it says so here and to nobody else.
  if (outcome === 'ok') await recordStanding(context.pool, id, 'test', result, context.clock());
  await writeAudit(context.pool, {
    actor: actor.name,
    action: 'channel.test',
    object: `channel ${id}`,
    detail: { outcome, status },
    atMs: nowMs,
  });
  return { ok: outcome === 'ok', status, answer, durationMs, sent: await describeSent(message, channel, nowMs) };
}
