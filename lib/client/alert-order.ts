import type { AlertState } from '#lib/alerts/alert.ts';
import type { AlertSummary } from '#lib/api/alerts.ts';
import { SEVERITIES } from '#lib/rules/rule.ts';

const STATE_RANK: Readonly<Record<AlertState, number>> = { firing: 0, recovering: 1, pending: 2, resolved: 3 };

/** When an alert began to matter: its firing, before that its pending. */
export function sinceMs(alert: Pick<AlertSummary, 'firedAtMs' | 'pendingSinceMs'>): number {
  return alert.firedAtMs ?? alert.pendingSinceMs;
}

/** What nobody has dealt with comes first, then the worst, then what fires, then the newest. The API pages in this order. */
export function compareAlerts(a: AlertSummary, b: AlertSummary): number {
  return (
    Number(a.state === 'resolved') - Number(b.state === 'resolved') ||
    Number(a.handling.state !== 'open') - Number(b.handling.state !== 'open') ||
    SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
    STATE_RANK[a.state] - STATE_RANK[b.state] ||
    sinceMs(b) - sinceMs(a) ||
    b.id - a.id
  );
}
