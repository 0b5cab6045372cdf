import { type AlertRow, type Queryable, selectAlerts } from '#lib/db/alerts.ts';
import { installationId } from '#lib/db/installation-id.ts';
import { alertNotification } from '#lib/notify/message.ts';

const MAX_ALERTS = 500;

/**
 * Messages with everything that a channel was told fires, and what resolved in the last `resolvedForMs`, in parts of 500:
 * what a Prometheus sends its Alertmanager again and again. Acknowledged alerts stay in, for leaving them out would resolve them.
 */
export async function toldAlerts(
  db: Queryable,
  channelId: number,
  baseUrl: string,
  resolvedForMs: number,
  nowMs: number,
): Promise<readonly ReturnType<typeof alertNotification>[]> {
  const alerts = await selectAlerts(
    db,
    `a.id IN (SELECT alert_id FROM alert_channel WHERE channel_id = $1 AND told NOT IN ('none', 'muted'))
       AND (a.resolved_at_ms IS NULL OR a.resolved_at_ms > $2)`,
    [channelId, Math.floor(nowMs - resolvedForMs)],
  );
  const installation = await installationId(db);
  const parts: AlertRow[][] = [];
  for (let start = 0; start < alerts.length; start += MAX_ALERTS) parts.push(alerts.slice(start, start + MAX_ALERTS));
  return parts.map((part) =>
    alertNotification('repeat', part, { id: `resend-${channelId}`, groupKey: 'resend', baseUrl, nowMs, installation }),
  );
}
