import type { AlertState, EndReason } from '#lib/alerts/alert.ts';
import type { Handling } from '#lib/alerts/handling.ts';
import { type Labels, type Matcher, matches } from '#lib/alerts/matchers.ts';
import type { DeliveryKind } from '#lib/api/notification.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import { formatUtc } from '#lib/notify/clean-text.ts';
import { SEVERITIES, type Severity } from '#lib/rules/rule.ts';

/** What decides whether a channel hears of an alert. */
export type ChannelFilter = {
  readonly minSeverity: Severity;
  readonly matchers: readonly Matcher[];
  readonly sendResolved: boolean;
  /** Whether it hears that somebody has it, and that nobody has it any more. */
  readonly sendAcked: boolean;
  /** 0: never again while it fires. */
  readonly repeatIntervalMs: number;
};

/** An alert as far as planning needs it. Times are epoch ms. */
export type PlannedAlert = {
  readonly severity: Severity;
  readonly labels: Labels;
  readonly state: AlertState;
  readonly firedAtMs: number | null;
  readonly endReason: EndReason | null;
  readonly flapping: boolean;
  readonly handling: Handling;
  readonly ackedAtMs: number | null;
  readonly ackUntilMs: number | null;
  readonly remindEveryMs: number | null;
};

/**
 * What the channel was last told of this alert; null when nothing. `muted`: nothing either, because the alert was
 * acknowledged, muted or inhibited when it would have been told.
 */
export type Told = { readonly kind: DeliveryKind | 'muted'; readonly atMs: number } | null;

export type NotificationPlan =
  | { readonly send: DeliveryKind; readonly reason: string }
  | { readonly send: null; readonly reason: string };

/**
 * Whether a channel is to be told of an alert now, and why (not). Deterministic: the same alert, channel and memory of
 * what was told give the same answer, so it may be asked again at any time. DESIGN §5, asks rows 6, 35, 36.
 */
export function planNotification(
  alert: PlannedAlert,
  channel: ChannelFilter & { readonly enabled: boolean },
  told: Told,
  nowMs: number,
): NotificationPlan {
  if (!channel.enabled) return no('this channel is switched off');
  if (alert.firedAtMs === null) {
    return no(alert.state === 'resolved' ? 'it never fired' : 'pending: it does not fire yet');
  }
  if (alert.state === 'resolved') return planResolved(alert, channel, told);
  if (SEVERITIES.indexOf(alert.severity) < SEVERITIES.indexOf(channel.minSeverity)) {
    return no(`${alert.severity} is below this channel's severity (${channel.minSeverity})`);
  }
  if (!matches(channel.matchers, alert.labels)) return no("does not match this channel's filter");
  if (alert.handling.state !== 'open') return planQuiet(alert, channel, told, nowMs);
  if (alert.state === 'recovering') return no('recovering: nothing until it resolves or fires again');
  return told === null || told.kind === 'muted'
    ? planUntold(alert, told)
    : planAgain(alert, channel, { ...told, kind: told.kind }, nowMs);
}

function planResolved(alert: PlannedAlert, channel: ChannelFilter, told: Told): NotificationPlan {
  if (told === null || told.kind === 'muted') return no('it ended before this channel was told that it fires');
  if (told.kind === 'resolved') return no('told already that it ended');
  if (!channel.sendResolved) return no('this channel wants no resolved messages');
  return { send: 'resolved', reason: endWords(alert.endReason) };
}

/** How an episode ended; everything but `recovered` must not read like good news. */
export function endWords(reason: EndReason | null): string {
  switch (reason) {
    case null:
    case 'recovered':
      return 'recovered';
    case 'absent':
      return 'ended because its data went away; the rule wants that (absence: resolve)';
    case 'target-removed':
      return 'ended because its target was removed, not because it recovered';
    case 'channel-removed':
      return 'ended because its channel was removed or switched off, not because it works again';
    case 'rule-removed':
      return 'ended because its rule was removed, not because it recovered';
    case 'rule-disabled':
      return 'ended because its rule was switched off, not because it recovered';
    case 'rule-changed':
      return 'ended because its rule was changed, not because it recovered';
    case 'not-fired':
      return 'went away before it fired';
  }
}

/** Quiet alerts send nothing, save that somebody has it now, and the reminder that whoever acknowledged asked for. */
function planQuiet(alert: PlannedAlert, channel: ChannelFilter, told: Told, nowMs: number): NotificationPlan {
  const { handling } = alert;
  if (handling.state === 'acked') {
    if (channel.sendAcked && alert.ackedAtMs !== null && isNewsThatAcked(told, alert.ackedAtMs)) {
      return { send: 'acked', reason: `acknowledged by ${handling.by}` };
    }
    const every = alert.remindEveryMs;
    if (every !== null && alert.ackedAtMs !== null && alert.state === 'firing' && !alert.flapping && told !== null) {
      const lastMs = told.kind === 'reminder' ? Math.max(told.atMs, alert.ackedAtMs) : alert.ackedAtMs;
      if (nowMs - lastMs >= every) {
        return {
          send: 'reminder',
          reason: `acked by ${handling.by} for ${describeDurationMs(nowMs - alert.ackedAtMs)}`,
        };
      }
    }
    return no(
      `acked by ${handling.by}${handling.untilMs === null ? '' : ` until ${formatUtc(handling.untilMs, nowMs)}`}`,
    );
  }
  if (handling.state === 'muted') return no(`${handling.reason}, until ${formatUtc(handling.untilMs, nowMs)}`);
  return no(handling.state === 'inhibited' ? handling.reason : '');
}

/** A channel that was told that it fires and nothing of this ack. One that was told nothing need not hear of an end to it. */
function isNewsThatAcked(told: Told, ackedAtMs: number): boolean {
  if (told === null || told.kind === 'muted' || told.kind === 'resolved') return false;
  return (told.kind !== 'acked' && told.kind !== 'reminder') || told.atMs < ackedAtMs;
}

function planUntold(alert: PlannedAlert, told: Told): NotificationPlan {
  if (told === null) return { send: 'firing', reason: 'it fires' };
  if (alert.ackedAtMs !== null)
    return { send: 'ack-expired', reason: 'the acknowledgement ran out and it still fires' };
  return { send: 'unmuted', reason: 'what muted it is over and it still fires' };
}

function planAgain(
  alert: PlannedAlert,
  channel: ChannelFilter,
  told: { readonly kind: DeliveryKind; readonly atMs: number },
  nowMs: number,
): NotificationPlan {
  if (told.kind === 'resolved') return no('told already that it ended');
  if (alert.flapping) return no('flapping: told once');
  if (alert.ackedAtMs !== null && alert.ackUntilMs !== null && told.atMs < alert.ackUntilMs) {
    return { send: 'ack-expired', reason: 'the acknowledgement ran out and it still fires' };
  }
  if (told.kind === 'acked' && alert.ackedAtMs === null) {
    return { send: 'unacked', reason: 'the acknowledgement was taken back and it still fires' };
  }
  if (channel.repeatIntervalMs === 0) return no('told; this channel is never told again while it fires');
  const dueMs = told.atMs + channel.repeatIntervalMs;
  if (nowMs < dueMs) return no(`repeat in ${describeDurationMs(dueMs - nowMs)}`);
  return { send: 'repeat', reason: `still firing after ${describeDurationMs(channel.repeatIntervalMs)}` };
}

function no(reason: string): NotificationPlan {
  return { send: null, reason };
}
