import { createHmac } from 'node:crypto';
import type { Notification } from '#lib/api/notification.ts';
import type { HttpRequest } from '#lib/notify/http-request.ts';

export type WebhookSettings = {
  readonly url: string;
  /** null: not signed. */
  readonly secret: string | null;
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * POSTs the Notification (lib/api/notification.ts) with `sentAtMs`. `Idempotency-Key` is the delivery's id, the same for
 * every try. To verify `Headroom-Signature: t=SECONDS,v1=HEX`: HEX is HMAC-SHA256 of `SECONDS.BODY` under the shared
 * secret; compare in constant time and refuse a `t` that is more than five minutes off.
 */
export function buildWebhook(notification: Notification, settings: WebhookSettings, nowMs: number): HttpRequest {
  const body = JSON.stringify({ ...notification, sentAtMs: nowMs });
  const seconds = Math.floor(nowMs / 1000);
  return {
    method: 'POST',
    url: settings.url,
    headers: {
      ...settings.headers,
      'content-type': 'application/json',
      'idempotency-key': notification.id,
      ...(settings.secret === null
        ? {}
        : { 'headroom-signature': `t=${seconds},v1=${sign(settings.secret, seconds, body)}` }),
    },
    body,
  };
}

function sign(secret: string, seconds: number, body: string): string {
  return createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
}
