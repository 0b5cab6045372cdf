import type { Notification, NotifiedAlert } from '#lib/api/notification.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { cutText } from '#lib/notify/clean-text.ts';
import { type HttpRequest, jsonPost } from '#lib/notify/http-request.ts';
import type { Severity } from '#lib/rules/rule.ts';

export type PagerDutySettings = { readonly url: string; readonly routingKey: string };

const MAX_SUMMARY = 1024;
const SEVERITY = {
  critical: 'critical',
  warning: 'error',
  caution: 'warning',
  info: 'info',
} as const satisfies Record<Severity, string>;

/** Events API v2: one event per alert, because an incident is opened and closed by the dedup key of its episode. */
export function buildPagerDuty(notification: Notification, settings: PagerDutySettings): readonly HttpRequest[] {
  const { alerts, installation } = notification;
  const isEnd = notification.kind === 'resolved' || notification.kind === 'channel-working';
  const post = (dedupKey: string, event: object): HttpRequest =>
    jsonPost(settings.url, {
      routing_key: settings.routingKey,
      event_action: isEnd ? 'resolve' : 'trigger',
      dedup_key: cutText(`headroom/${installation}/${dedupKey}`, 255),
      client: 'Headroom',
      client_url: notification.url,
      ...event,
    });
  if (alerts.length === 0)
    return [
      post(notification.kind === 'test' ? `test/${notification.id}` : notification.groupKey, plainEvent(notification)),
    ];
  return alerts.map((alert) => post(String(alert.id), alertEvent(alert)));
}

/** A test opens an incident as an alert would, with the least severity, and says so. */
function plainEvent(notification: Notification): object {
  return {
    payload: {
      summary: cutText(notification.title, MAX_SUMMARY),
      source: 'headroom',
      severity: notification.kind === 'test' ? 'info' : 'error',
      custom_details: { text: notification.text, delivery: notification.id },
    },
    links: [{ href: notification.url, text: 'Open in Headroom' }],
  };
}

function alertEvent(alert: NotifiedAlert): object {
  return {
    payload: {
      summary: cutText(alert.headline, MAX_SUMMARY),
      source: alert.labels.host ?? alert.target,
      severity: SEVERITY[alert.severity],
      timestamp: new Date(alert.firedAtMs).toISOString(),
      component: alert.subject,
      group: alert.labels.model ?? alert.target,
      class: alert.rule,
      custom_details: {
        what: alert.line,
        value: formatValue(alert.value, alert.unit),
        limit: formatValue(alert.limit, alert.unit),
        owner: alert.owner ?? 'nobody',
        what_to_do: alert.remedy,
        action: alert.action,
        labels: alert.labels,
      },
    },
    links: [{ href: alert.url, text: 'Open in Headroom' }],
  };
}
