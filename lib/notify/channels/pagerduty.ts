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

type Action = 'trigger' | 'acknowledge' | 'resolve';

/**
 * Events API v2: events per alert, because an incident is opened and closed by the dedup key of its episode. The API has
 * no way back from `acknowledge`, and a trigger pages nobody while an incident is acknowledged: when an ack is over, the
 * incident is closed and opened again.
 */
export function buildPagerDuty(notification: Notification, settings: PagerDutySettings): readonly HttpRequest[] {
  const { alerts, installation } = notification;
  const actions = actionsOf(notification.kind);
  const post = (action: Action, dedupKey: string, event: object): HttpRequest =>
    jsonPost(settings.url, {
      routing_key: settings.routingKey,
      event_action: action,
      dedup_key: cutText(`headroom/${installation}/${dedupKey}`, 255),
      client: 'Headroom',
      client_url: notification.url,
      ...event,
    });
  if (alerts.length === 0) {
    return [post('trigger', `test/${notification.id}`, plainEvent(notification))];
  }
  return alerts.flatMap((alert) => actions.map((action) => post(action, String(alert.id), alertEvent(alert))));
}

function actionsOf(kind: Notification['kind']): readonly Action[] {
  switch (kind) {
    case 'resolved':
      return ['resolve'];
    case 'acked':
      return ['acknowledge'];
    case 'ack-expired':
    case 'unacked':
      return ['resolve', 'trigger'];
    default:
      return ['trigger'];
  }
}

/** A test opens an incident as an alert would, with the least severity, and says so. */
function plainEvent(notification: Notification): object {
  return {
    payload: {
      summary: cutText(notification.title, MAX_SUMMARY),
      source: 'headroom',
      severity: 'info',
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
