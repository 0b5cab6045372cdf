import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Queryable } from '#lib/db/alerts.ts';
import type { ClaimedDelivery } from '#lib/db/claim-delivery.ts';
import { queueDeliveries } from '#lib/db/delivery-queue.ts';
import { installationId } from '#lib/db/installation-id.ts';
import { insertDeliveries } from '#lib/db/notifications.ts';
import { inTransaction } from '#lib/db/pool.ts';
import { storableText } from '#lib/db/storable.ts';
import { plainNotification } from '#lib/notify/message.ts';
import { type DeliveryResult, nextTryMs } from '#lib/notify/verdict.ts';

export type FinishedState = 'sent' | 'retrying' | 'dead';

/**
 * Writes down what a try came to and, where it is to be tried again, the job for that. A delivery that was cancelled while
 * it was on its way is not tried again. Channels that lose a message are told of to the others.
 */
export async function finishDelivery(
  pool: pg.Pool,
  delivery: ClaimedDelivery,
  result: DeliveryResult,
  baseUrl: string,
  nowMs: number,
): Promise<FinishedState> {
  const nextMs = result.outcome === 'retry' ? nextTryMs(delivery, result.retryAfterMs, nowMs, Math.random()) : null;
  const state = result.outcome === 'ok' ? 'sent' : nextMs === null ? 'dead' : 'retrying';
  await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE delivery SET state = $2, next_try_ms = $3, last_status = $4, last_answer = $5, sent_at_ms = $6
       WHERE id = $1 AND (state IN ('waiting', 'retrying') OR $2 = 'sent')`,
      [
        delivery.id,
        state,
        nextMs,
        result.status,
        storableText(result.answer),
        state === 'sent' ? Math.floor(nowMs) : null,
      ],
    );
    if (rowCount === 0) return;
    if (nextMs !== null) {
      const { id, channelId, groupKey } = delivery;
      await queueDeliveries(client, [{ id, channelId, groupKey, delayMs: nextMs - nowMs }]);
    }
    if (state === 'dead') await tellOthers(client, delivery, 'channel-failing', result.answer, baseUrl, nowMs);
    if (state === 'sent') await tellOthers(client, delivery, 'channel-working', '', baseUrl, nowMs);
  });
  return state;
}

/** Other channels hear once that this one loses messages, and once that it works again. */
async function tellOthers(
  client: Queryable,
  delivery: ClaimedDelivery,
  kind: 'channel-failing' | 'channel-working',
  answer: string,
  baseUrl: string,
  nowMs: number,
): Promise<void> {
  const groupKey = `channel ${delivery.channelId}`;
  const { rows: last } = await client.query<{ kind: string }>(
    `SELECT kind FROM delivery WHERE group_key = $1 AND kind IN ('channel-failing', 'channel-working')
     ORDER BY created_at_ms DESC, kind LIMIT 1`,
    [groupKey],
  );
  if ((last[0]?.kind ?? 'channel-working') === kind) return;
  const { rows } = await client.query<{ id: number; name: string }>(
    `SELECT id, name FROM channel WHERE removed_at_ms IS NULL AND enabled AND kind NOT IN ('heartbeat', 'alertmanager')`,
  );
  const name = rows.find((row) => row.id === delivery.channelId)?.name ?? `channel ${delivery.channelId}`;
  const title =
    kind === 'channel-failing'
      ? `WARNING: channel "${name}" loses messages`
      : `RESOLVED: channel "${name}" works again`;
  const text =
    kind === 'channel-failing' ? `Its receiver does not take them: ${answer}` : 'Its receiver takes messages.';
  const installation = await installationId(client);
  const notes = rows
    .filter((row) => row.id !== delivery.channelId)
    .map((row) => {
      const id = randomUUID();
      const message = plainNotification(kind, title, text, { id, groupKey, installation, baseUrl, nowMs });
      return { id, channelId: row.id, kind, groupKey, message };
    });
  await insertDeliveries(client, notes, nowMs);
}
