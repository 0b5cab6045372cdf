import type { AlertSummary } from '#lib/api/alerts.ts';
import { clockText, dayText, minuteText } from '#lib/client/wall-clock.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import { formatValue, isWords } from '#lib/metrics/unit.ts';
import type { Severity } from '#lib/rules/rule.ts';

export const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  warning: 'Warning',
  caution: 'Caution',
  info: 'Info',
};

export const STATE_WORDS: Readonly<Record<AlertSummary['state'], string>> = {
  pending: 'Pending',
  firing: 'Firing',
  recovering: 'Recovering',
  resolved: 'Resolved',
};

/** "98 %" and "limit 90 %"; a yes/no rule has no number to show. */
export function valueText(alert: Pick<AlertSummary, 'unit' | 'lastValue' | 'resolvedValue' | 'state'>): string {
  if (isWords(alert.unit)) return '';
  const value = alert.state === 'resolved' ? alert.resolvedValue : alert.lastValue;
  return value === null ? 'unknown' : formatValue(value, alert.unit);
}

export function limitText(alert: Pick<AlertSummary, 'unit' | 'limit'>): string {
  return alert.limit === null || isWords(alert.unit) ? '' : `limit ${formatValue(alert.limit, alert.unit)}`;
}

/** Title of the browser tab: the number is readable in a row of tabs. */
export function documentTitle(alert: Pick<AlertSummary, 'headline' | 'state'>): string {
  return alert.state === 'firing' ? alert.headline : `${STATE_WORDS[alert.state]}: ${alert.headline}`;
}

/** A time of today as `14:05`, of another day with the day. */
export function shortInstant(ms: number, nowMs: number, utc: boolean): string {
  const isToday = dayText(ms, utc) === dayText(nowMs, utc) && Math.abs(nowMs - ms) < 86_400_000;
  return isToday ? minuteText(ms, utc) : `${dayText(ms, utc)} ${minuteText(ms, utc)}`;
}

/** Why nobody is paged for it, in one line; '' for an alert that is not quiet. */
export function quietText(alert: AlertSummary, nowMs: number, utc: boolean): string {
  const { handling } = alert;
  if (handling.state === 'open') return '';
  const until = handling.untilMs === null ? '' : `, until ${shortInstant(handling.untilMs, nowMs, utc)}`;
  if (handling.state === 'acked' && alert.ack !== null) {
    const note = alert.ack.note === '' ? '' : `: ${alert.ack.note}`;
    return `Acked by ${alert.ack.by}${until}${note}`;
  }
  return `${handling.reason}${until}`;
}

/** The page that explains the quiet. */
export function quietHref(alert: AlertSummary): string | null {
  const { by, id } = alert.handling;
  if (by === 'alert' && id !== null) return `/alerts/${id}`;
  if (by === 'silence' || by === 'maintenance') return `/silences${id === null ? '' : `#${by}-${id}`}`;
  return null;
}

/** "no data since 14:05: connection refused" or ''. */
export function dataText(alert: Pick<AlertSummary, 'data' | 'state'>, utc: boolean): string {
  const { state, reason, sinceMs } = alert.data;
  if (state === 'ok') return '';
  const words = { 'no-data': 'No data', frozen: 'Frozen', error: 'Not evaluated' }[state];
  const since = sinceMs === null ? '' : ` since ${clockText(sinceMs, utc)}`;
  return `${words}${since}${reason === '' ? '' : `: ${reason}`}`;
}

/** How a stale action is refused: who was faster, and when. `by` null: nobody acked, something else changed. */
export function staleText(alert: Pick<AlertSummary, 'state' | 'ack' | 'resolvedAtMs'>, nowMs: number): string {
  const ago = (ms: number) => `${describeDurationMs(Math.max(0, Math.round((nowMs - ms) / 1000) * 1000))} ago`;
  if (alert.state === 'resolved' && alert.resolvedAtMs !== null) return `Already resolved ${ago(alert.resolvedAtMs)}.`;
  if (alert.ack !== null) return `Already acked by ${alert.ack.by} ${ago(alert.ack.atMs)}.`;
  return 'The alert changed in the meantime.';
}
