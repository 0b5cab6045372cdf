import { alertState } from '#lib/alerts/alert.ts';
import type { Handling } from '#lib/alerts/handling.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';

export type NextFacts = {
  readonly pendingSinceMs: number;
  readonly firedAtMs: number | null;
  readonly recoveringSinceMs: number | null;
  readonly resolvedAtMs: number | null;
  readonly data: 'ok' | 'no-data' | 'frozen' | 'error';
  readonly flapping: boolean;
  readonly forMs: number;
  readonly keepFiringMs: number;
  readonly handling: Handling;
  readonly ackedAtMs: number | null;
  readonly remindEveryMs: number | null;
  /** The next repeated message; null when none is due. */
  readonly repeat: { readonly channel: string; readonly atMs: number } | null;
};

/** What happens next with an alert if nobody does anything, in words: "fires in 3 min", "ack expires in 2 h (04:30 UTC)". */
export function nextOf(facts: NextFacts, nowMs: number): string {
  return [...lifecycle(facts, nowMs), ...quiet(facts, nowMs)].join('; ');
}

function lifecycle(facts: NextFacts, nowMs: number): string[] {
  switch (alertState(facts)) {
    case 'resolved':
      return ['over; if it comes back, a new alert begins'];
    case 'pending':
      return [`fires ${when(facts.pendingSinceMs + facts.forMs, nowMs)} if the condition keeps holding`];
    case 'recovering':
      if (facts.flapping) return ['resolves once it has stopped flapping'];
      return [`resolves ${when((facts.recoveringSinceMs ?? nowMs) + facts.keepFiringMs, nowMs)} if it stays recovered`];
    case 'firing':
      return facts.data === 'ok' ? [] : ['stays firing until new data shows that it is over'];
  }
}

function quiet(facts: NextFacts, nowMs: number): string[] {
  const { handling } = facts;
  if (facts.resolvedAtMs !== null) return [];
  switch (handling.state) {
    case 'muted': {
      const what = handling.by === 'silence' ? 'the silence' : 'the maintenance window';
      return [`${what} ends ${when(handling.untilMs, nowMs)}`];
    }
    case 'inhibited':
      return ['speaks for itself once what it follows from is over'];
    case 'acked': {
      const end = handling.untilMs === null ? [] : [`the ack expires ${when(handling.untilMs, nowMs)}`];
      const remind = nextReminderMs(facts, nowMs);
      return remind === null ? end : [`reminds ${when(remind, nowMs)}`, ...end];
    }
    case 'open':
      if (facts.firedAtMs === null || facts.repeat === null) return [];
      return [`repeats to ${facts.repeat.channel} ${when(facts.repeat.atMs, nowMs)}`];
  }
}

function nextReminderMs({ ackedAtMs, remindEveryMs }: NextFacts, nowMs: number): number | null {
  if (ackedAtMs === null || remindEveryMs === null) return null;
  return ackedAtMs + Math.max(1, Math.ceil((nowMs - ackedAtMs) / remindEveryMs)) * remindEveryMs;
}

function when(atMs: number, nowMs: number): string {
  if (atMs <= nowMs) return 'with the next evaluation';
  return `in ${describeDurationMs(atMs - nowMs)} (${new Date(atMs).toISOString().slice(11, 16)} UTC)`;
}
