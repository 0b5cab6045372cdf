import type pg from 'pg';
import type { ClaimedDelivery } from '#lib/db/claim-delivery.ts';
import { queueDeliveries } from '#lib/db/delivery-queue.ts';
import { sendHint } from '#lib/db/notify.ts';
import { inTransaction } from '#lib/db/pool.ts';
import { storableText } from '#lib/db/storable.ts';
import { type DeliveryResult, nextTryMs } from '#lib/notify/verdict.ts';

export type FinishedState = 'sent' | 'retrying' | 'dead';

/**
 * Writes down what a try came to and, where it is to be tried again, the job for that. A delivery that was cancelled while
 * it was on its way is not tried again. Channels that lose a message become an alert by `watchChannels`.
 */
export async function finishDelivery(
  pool: pg.Pool,
  delivery: ClaimedDelivery,
  result: DeliveryResult,
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
    await sendHint(client, 'alerts');
  });
  return state;
}
