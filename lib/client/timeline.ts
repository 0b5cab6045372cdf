import type { AlertDetail } from '#lib/api/alerts.ts';

export const TIMELINE_KINDS = ['state', 'people', 'data', 'messages'] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

export const TIMELINE_WORDS: Readonly<Record<TimelineKind, string>> = {
  state: 'Transitions',
  people: 'People',
  data: 'Data',
  messages: 'Messages',
};

export type TimelineEntry = {
  readonly key: string;
  readonly atMs: number;
  readonly kind: TimelineKind;
  /** The event's own kind, for its shape. */
  readonly event: string;
  readonly actor: string | null;
  readonly text: string;
  readonly value: number | null;
};

const PEOPLE: readonly string[] = ['acked', 'unacked', 'note', 'assigned'];
const DATA: readonly string[] = ['no-data', 'frozen', 'data-back', 'error'];

function kindOf(event: string, actor: string | null): TimelineKind {
  if (PEOPLE.includes(event) || actor !== null) return 'people';
  return DATA.includes(event) ? 'data' : 'state';
}

/** Transitions, people and messages in one order, the newest first. */
export function timelineEntries(alert: Pick<AlertDetail, 'timeline' | 'deliveries'>): readonly TimelineEntry[] {
  const events = alert.timeline.map(
    (event): TimelineEntry => ({
      key: `event ${event.id}`,
      atMs: event.atMs,
      kind: kindOf(event.kind, event.actor),
      event: event.kind,
      actor: event.actor,
      text: event.text,
      value: event.value,
    }),
  );
  const messages = alert.deliveries.map((delivery): TimelineEntry => {
    const state = { waiting: 'waits', retrying: 'is retried', sent: 'sent', dead: 'FAILED', cancelled: 'cancelled' };
    const answer = delivery.lastAnswer === null || delivery.state === 'sent' ? '' : `: ${delivery.lastAnswer}`;
    return {
      key: `delivery ${delivery.id}`,
      atMs: delivery.sentAtMs ?? delivery.createdAtMs,
      kind: 'messages',
      event: `message-${delivery.state}`,
      actor: null,
      text: `${delivery.kind} to ${delivery.channel.name} ${state[delivery.state]}${answer}`,
      value: null,
    };
  });
  // Of one moment, what came later stands above: events come oldest first, and a message follows what it tells.
  return [...messages, ...events.toReversed()].toSorted((a, b) => b.atMs - a.atMs);
}

/** How many there are of each kind. */
export function countKinds(entries: readonly TimelineEntry[]): Readonly<Record<TimelineKind, number>> {
  const counts = { state: 0, people: 0, data: 0, messages: 0 };
  for (const { kind } of entries) counts[kind] += 1;
  return counts;
}
