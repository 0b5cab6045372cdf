import type { Notification, NotifiedAlert } from '#lib/api/notification.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { type HttpRequest, jsonPost } from '#lib/notify/http-request.ts';

export type AlertmanagerSettings = {
  /** Where Alertmanager listens, with its path prefix if it has one. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** Prometheus sends its firing alerts again every minute, each time valid for four times that. */
export const RESEND_MS = 60_000;
const VALID_MS = 4 * RESEND_MS;
/** How long Prometheus goes on sending a resolved alert, should Alertmanager have been away. */
export const RESEND_RESOLVED_MS = 15 * 60_000;

/** `POST /api/v2/alerts` as a Prometheus would send it. Labels are the alert's identity, so they hold nothing that changes. */
export function buildAlertmanager(
  notification: Notification,
  settings: AlertmanagerSettings,
  nowMs: number,
): HttpRequest {
  const url = `${settings.url.replace(/\/+$/, '').replace(/\/api\/v2(\/alerts)?$/, '')}/api/v2/alerts`;
  const alerts =
    notification.alerts.length === 0
      ? [plainAlert(notification, nowMs)]
      : notification.alerts.map((alert) => postableAlert(alert, nowMs));
  return jsonPost(url, alerts, settings.headers);
}

function postableAlert(alert: NotifiedAlert, nowMs: number): object {
  return {
    labels: labelsOf(alert),
    annotations: {
      summary: alert.headline,
      description: [alert.line, alert.remedy].filter((text) => text !== '').join(' — '),
      value: formatValue(alert.value, alert.unit),
      ...(alert.action === '' ? {} : { action: alert.action }),
      headroom_alert: String(alert.id),
    },
    startsAt: new Date(alert.firedAtMs).toISOString(),
    endsAt: new Date(alert.resolvedAtMs ?? nowMs + VALID_MS).toISOString(),
    generatorURL: alert.url,
  };
}

/** A test ends by itself within the minute. */
function plainAlert(notification: Notification, nowMs: number): object {
  return {
    labels: {
      alertname: 'HeadroomTest',
      severity: 'info',
    },
    annotations: { summary: notification.title, description: notification.text },
    startsAt: new Date(notification.createdAtMs).toISOString(),
    endsAt: new Date(nowMs + RESEND_MS).toISOString(),
    generatorURL: notification.url,
  };
}

/** Prometheus's label names; an empty value is no label there. */
function labelsOf(alert: NotifiedAlert): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(alert.labels)) {
    const safe = name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_');
    if (safe !== '' && value !== '' && safe !== 'rule') labels[safe] = value;
  }
  return { ...labels, alertname: alert.rule, severity: alert.severity };
}
