import type { z } from 'zod';
import type { DeliveryView } from '#lib/api/alerts.ts';
import type { DeliveriesQuery, DeliveryList } from '#lib/api/channels.ts';
import { writeAudit } from '#lib/db/audit.ts';
import { findDelivery, loadChannelDeliveries, retryDead } from '#lib/db/deliveries.ts';
import { sendHint } from '#lib/db/notify.ts';
import { inTransaction } from '#lib/db/pool.ts';
import type { Actor } from '#lib/service/access.ts';
import { findChannel } from '#lib/service/channels.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';

/** `GET /channels/{id}/deliveries`, newest first. */
export async function listDeliveries(
  context: ServiceContext,
  channelId: number,
  query: DeliveriesQuery,
): Promise<z.infer<typeof DeliveryList>> {
  await findChannel(context, channelId);
  const items = [...(await loadChannelDeliveries(context.pool, channelId, readCursor(query.cursor), query.limit))];
  const last = items.at(-1);
  const nextCursor = items.length < query.limit || last === undefined ? null : `${last.createdAtMs}.${last.id}`;
  return { items, nextCursor };
}

function readCursor(cursor: string | undefined): { createdAtMs: number; id: string } | null {
  if (cursor === undefined) return null;
  const [, time, id] = /^(\d{1,16})\.(.+)$/.exec(cursor) ?? [];
  if (time === undefined || id === undefined) throw new AppError('invalid', 'cursor: is none that a list gave');
  return { createdAtMs: Number(time), id };
}

/** `POST /deliveries/{id}/retry`: sends a dead letter again, under its old id. */
export async function retryDelivery(context: ServiceContext, actor: Actor, id: string): Promise<DeliveryView> {
  const found = await findDelivery(context.pool, id);
  if (found === null) throw new AppError('not-found', `no delivery ${id}`);
  const nowMs = context.clock();
  const isPut = await inTransaction(context.pool, async (client) => {
    if (['heartbeat', 'resend', 'test'].includes(found.kind) || !(await retryDead(client, id, nowMs))) return false;
    await sendHint(client, 'alerts');
    const detail = { channel: found.channel.id, kind: found.kind };
    await writeAudit(client, {
      actor: actor.name,
      action: 'delivery.retry',
      object: `delivery ${id}`,
      detail,
      atMs: nowMs,
    });
    return true;
  });
  if (!isPut)
    throw new AppError('conflict', `delivery ${id} is ${found.state}: only dead letters are sent again by hand`);
  return (await findDelivery(context.pool, id)) ?? found;
}
