import type { LifecycleRule, Observation } from '#lib/alerts/lifecycle.ts';
import type { Labels } from '#lib/alerts/matchers.ts';
import type { Severity } from '#lib/rules/rule.ts';

/** The rule of every alert about a channel. It is judged by deliveries, not by samples, so it has no expression. */
export const CHANNEL_RULE = 'ChannelLosesMessages';
export const CHANNEL_SEVERITY: Severity = 'warning';

/** Each lost message is news, and the first one that arrives is the end. */
export const CHANNEL_LIFECYCLE: LifecycleRule = { forMs: 0, keepFiringMs: 0, absence: 'keep' };

/** What an alert of this rule says of it; the words of `RuleSnapshot`. */
export const CHANNEL_RULE_TEXT = {
  title: 'Channel loses messages',
  expr: 'dead letters newer than the last message that arrived > 0',
  profile: 'relative',
  forMs: CHANNEL_LIFECYCLE.forMs,
  keepFiringMs: CHANNEL_LIFECYCLE.keepFiringMs,
  action: '',
  cause:
    'The receiver of this channel refused a message for good, or took none for a day: its address or key is no longer valid, or it is down. Whoever relies on this channel is not told.',
  check: 'Read the receiver’s answer in the timeline and among the messages of the channel; press Test on its card.',
  remedy: 'Repair the address, the key or the receiver, then press Test. Lost messages can be sent again one by one.',
  source: 'Headroom: a page that nobody gets is no page',
  signals: [],
  vram: 'printed',
} as const;

/** One look at a channel: how many messages it lost since the last one that arrived. */
export function observeChannel(deadLetters: number, atMs: number, intervalMs: number): Observation {
  const holds = deadLetters > 0;
  const common = { data: 'ok', dataReason: '', unit: 'count' } as const;
  return { atMs, intervalMs, holds, holdsWithMargin: holds, value: deadLetters, limit: 0, ...common };
}

export function channelLabels(channel: { readonly name: string; readonly kind: string }): Labels {
  return {
    channel: channel.name,
    channel_kind: channel.kind,
    subject: channel.name,
    scope: 'channel',
    severity: CHANNEL_SEVERITY,
    rule: CHANNEL_RULE,
  };
}
