import { alertState, type Episode } from '#lib/alerts/alert.ts';
import type { Labels } from '#lib/alerts/matchers.ts';
import type { DeliveryKind, Notification, NotifiedAlert } from '#lib/api/notification.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import { formatValue, isWords } from '#lib/metrics/unit.ts';
import { cleanText, formatUtc } from '#lib/notify/clean-text.ts';
import { endWords } from '#lib/notify/plan.ts';
import { SEVERITIES, type Severity } from '#lib/rules/rule.ts';

/** An alert as it is stored, as far as a message needs it. */
export type MessageAlert = Episode & {
  readonly id: number;
  readonly ruleId: string;
  readonly severity: Severity;
  readonly subjectName: string;
  /** null where it is about no target. */
  readonly targetName: string | null;
  readonly labels: Labels;
  readonly rule: { readonly title: string; readonly action: string; readonly remedy: string };
  readonly owner: string | null;
  readonly ackedAtMs: number | null;
  readonly ackedBy: string | null;
  readonly ackNote: string | null;
  /** The leak verdict that it follows from, as it stood when it fired: one line; absent where it follows from none. */
  readonly leak?: string | undefined;
};

export type MessageFrame = {
  readonly id: string;
  readonly groupKey: string;
  readonly installation: string;
  readonly baseUrl: string;
  readonly nowMs: number;
};

const MAX_TITLE = 200;
const MAX_LINE = 600;
const MAX_NAME = 120;
const MAX_TEXT = 1000;
const MAX_LABEL = 1024;

const KIND_WORDS = {
  firing: '',
  resolved: 'RESOLVED',
  repeat: 'STILL FIRING',
  acked: 'ACKNOWLEDGED',
  reminder: 'REMINDER, acknowledged but still firing',
  unacked: 'FIRING, acknowledgement taken back',
  'ack-expired': 'FIRING, acknowledgement ran out',
  unmuted: 'FIRING, no longer muted',
} as const satisfies Record<DeliveryKind, string>;

/**
 * The message of one delivery about one or several alerts, worst first. Names and labels come from exporters: they are
 * cut to one line each, so that no channel can be made to show, send or run anything else.
 */
export function alertNotification(
  kind: DeliveryKind,
  alerts: readonly MessageAlert[],
  frame: MessageFrame,
): Notification {
  const sorted = alerts.toSorted(
    (a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || a.id - b.id,
  );
  const described = sorted.map((alert) => describeAlert(alert, frame));
  const [first] = described;
  return {
    ...frameOf(frame),
    kind,
    title: titleOf(kind, described, first),
    url: described.length === 1 && first !== undefined ? first.url : `${frame.baseUrl}/alerts`,
    alerts: described,
    text: textOf(kind, described),
  };
}

/** A message that is about no alert: the test button's, and what stands for a heartbeat. */
export function plainNotification(kind: 'test', title: string, text: string, frame: MessageFrame): Notification {
  return {
    ...frameOf(frame),
    kind,
    title: cleanText(title, MAX_TITLE),
    url: frame.baseUrl,
    alerts: [],
    text: cleanText(text, MAX_TEXT),
  };
}

function frameOf(
  frame: MessageFrame,
): Pick<Notification, 'version' | 'id' | 'createdAtMs' | 'installation' | 'groupKey'> {
  const { id, nowMs, installation, groupKey } = frame;
  return { version: 1, id, createdAtMs: nowMs, installation, groupKey: cleanText(groupKey, MAX_LABEL) };
}

function titleOf(kind: DeliveryKind, alerts: readonly NotifiedAlert[], first: NotifiedAlert | undefined): string {
  const words = wordsOf(kind, alerts);
  const severity = kind === 'resolved' || kind === 'acked' ? '' : (first?.severity.toUpperCase() ?? '');
  const head = [words, severity].filter((part) => part !== '').join(': ');
  if (first === undefined || alerts.length === 1) return cleanText(`${head}: ${first?.headline ?? ''}`, MAX_TITLE);
  const place = first.labels.host ?? first.target;
  const names = alerts.map((alert) => alert.subject).join(', ');
  return cleanText(`${head}: ${alerts.length} × ${first.title} on ${place}: ${names}`, MAX_TITLE);
}

function wordsOf(kind: DeliveryKind, alerts: readonly NotifiedAlert[]): string {
  if (kind === 'resolved' && alerts.some((alert) => !isRecovered(alert))) return 'ENDED';
  const [by, ...others] = new Set(alerts.map((alert) => alert.ack?.by ?? ''));
  return kind === 'acked' && by !== undefined && others.length === 0
    ? `${KIND_WORDS.acked} by ${by}`
    : KIND_WORDS[kind];
}

const isRecovered = (alert: NotifiedAlert): boolean => alert.endReason === null || alert.endReason === 'recovered';

function textOf(kind: DeliveryKind, alerts: readonly NotifiedAlert[]): string {
  if (kind === 'resolved' || kind === 'acked') return '';
  const remedies = [...new Set(alerts.map((alert) => alert.remedy).filter((remedy) => remedy !== ''))];
  return remedies.length === 0 ? '' : cleanText(`What to do: ${remedies.join(' ')}`, MAX_TEXT);
}

function describeAlert(alert: MessageAlert, frame: MessageFrame): NotifiedAlert {
  const state = alertState(alert);
  const subject = cleanText(alert.subjectName, MAX_NAME);
  const title = cleanText(alert.rule.title, MAX_NAME);
  const value = state === 'resolved' ? alert.resolvedValue : alert.lastValue;
  const numbers = numbersOf(alert, value);
  const headline = cleanText(`${title} on ${subject}${numbers === '' ? '' : `: ${numbers}`}`, MAX_TITLE);
  const { ackedAtMs } = alert;
  const firedAtMs = alert.firedAtMs ?? alert.pendingSinceMs;
  const owner = alert.owner === null ? null : cleanText(alert.owner, MAX_NAME);
  return {
    id: alert.id,
    rule: cleanText(alert.ruleId, MAX_NAME),
    title,
    headline,
    line: cleanText([headline, ...factsOf(alert, firedAtMs, owner, frame.nowMs)].join('; '), MAX_LINE),
    severity: alert.severity,
    state,
    data: alert.data,
    noDataSinceMs: alert.noDataSinceMs,
    subject,
    target: cleanText(alert.targetName ?? alert.subjectName, MAX_NAME),
    labels: Object.fromEntries(
      Object.entries(alert.labels).map(([name, text]) => [cleanText(name, MAX_NAME), cleanText(text, MAX_LABEL)]),
    ),
    unit: alert.unit,
    value,
    peak: alert.peakValue,
    limit: alert.limit,
    firedAtMs,
    resolvedAtMs: alert.resolvedAtMs,
    endReason: alert.endReason,
    owner,
    ack:
      ackedAtMs === null
        ? null
        : { by: cleanText(alert.ackedBy ?? '', MAX_NAME), note: cleanText(alert.ackNote ?? '', 300), atMs: ackedAtMs },
    action: cleanText(alert.rule.action, MAX_NAME),
    remedy: cleanText(alert.rule.remedy, MAX_TEXT),
    url: `${frame.baseUrl}/alerts/${alert.id}`,
  };
}

/** `98%, limit 90%`; nothing where a yes or no says no more than the title does. */
function numbersOf(alert: MessageAlert, value: number | null): string {
  if (isWords(alert.unit)) return '';
  const limit = alert.limit === null ? '' : `limit ${formatValue(alert.limit, alert.unit)}`;
  const now = value === null ? (limit === '' ? '' : 'value unknown') : formatValue(value, alert.unit);
  return [now, limit].filter((part) => part !== '').join(', ');
}

function factsOf(alert: MessageAlert, firedAtMs: number, owner: string | null, nowMs: number): string[] {
  const facts: string[] = [];
  if (alert.resolvedAtMs !== null) {
    const lasted = describeDurationMs(Math.max(0, alert.resolvedAtMs - firedAtMs));
    facts.push(`${endWords(alert.endReason)} ${formatUtc(alert.resolvedAtMs, nowMs)}, fired for ${lasted}`);
  } else {
    facts.push(`since ${formatUtc(firedAtMs, nowMs)} (${describeDurationMs(Math.max(0, nowMs - firedAtMs))})`);
  }
  if (alert.peakValue !== null && !isWords(alert.unit)) facts.push(`peak ${formatValue(alert.peakValue, alert.unit)}`);
  if (alert.leak !== undefined) facts.push(`memory when it fired: ${alert.leak}`);
  if (alert.data !== 'ok') facts.push(blindWords(alert, nowMs));
  if (alert.flapping) facts.push('flapping');
  facts.push(owner === null ? 'nobody is on it' : `owner ${owner}`);
  if (alert.ackedBy !== null && alert.ackNote !== null && alert.ackNote !== '') facts.push(`note: ${alert.ackNote}`);
  return alert.resolvedAtMs === null ? facts : facts.filter((fact) => fact !== 'nobody is on it');
}

function blindWords(alert: MessageAlert, nowMs: number): string {
  const since = alert.noDataSinceMs ?? alert.lastSeenMs;
  const words = alert.data === 'frozen' ? 'data frozen' : alert.data === 'error' ? 'cannot be judged' : 'no data';
  return `${words} since ${formatUtc(since, nowMs)}`;
}
