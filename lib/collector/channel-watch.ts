import { type Advance, advance } from '#lib/alerts/advance.ts';
import {
  CHANNEL_LIFECYCLE,
  CHANNEL_RULE,
  CHANNEL_RULE_TEXT,
  CHANNEL_SEVERITY,
  channelLabels,
  observeChannel,
} from '#lib/alerts/channel-failing.ts';
import { FLAP_WINDOW_MS, type FlapMemory } from '#lib/alerts/flapping.ts';
import { end, type Transition } from '#lib/alerts/lifecycle.ts';
import { mustSave } from '#lib/collector/alert-writer.ts';
import { ADVISORY_LOCKS } from '#lib/db/advisory-locks.ts';
import {
  type AlertRow,
  insertAlertEvents,
  insertAlerts,
  type NewAlert,
  type NewAlertEvent,
  selectAlerts,
  updateAlerts,
} from '#lib/db/alerts.ts';
import { type ChannelLosses, loadChannelLosses } from '#lib/db/channel-losses.ts';
import { enqueueNotifications } from '#lib/db/notifications.ts';
import { sendHint } from '#lib/db/notify.ts';
import { type Client, inTransaction, type Pool } from '#lib/db/pool.ts';
import { loadChannelMemories, saveRuleStates } from '#lib/db/rule-states.ts';

/**
 * Looks at every channel once: one that loses messages has an alert until a message arrives again, with the lifecycle
 * that every alert has. The others are told of it, never the channel itself, so it cannot go round in circles.
 */
export async function watchChannels(pool: Pool, intervalMs: number, nowMs: number): Promise<void> {
  await inTransaction(pool, async (client) => {
    const lock = await client.query<{ got: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS got', [
      ADVISORY_LOCKS.watchChannels,
    ]);
    if (lock.rows[0]?.got !== true) return;
    const channels = await loadChannelLosses(client);
    const open = await selectAlerts(client, "a.resolved_at_ms IS NULL AND a.scope = 'channel'");
    const memories = await loadChannelMemories(client, CHANNEL_RULE);
    const looks = channels.flatMap((channel) => {
      const alert = open.find((each) => each.channelId === channel.id) ?? null;
      const memory = memories.get(channel.id) ?? null;
      if (alert === null && channel.deadLetters === 0 && isAtRest(memory, nowMs)) return [];
      const seen = observeChannel(channel.deadLetters, nowMs, intervalMs);
      return [{ channel, alert, memory, next: advance(alert, true, CHANNEL_LIFECYCLE, seen, memory) }];
    });
    const gone = open.filter((alert) => !channels.some((channel) => channel.id === alert.channelId));
    await write(client, looks, gone, nowMs);
  });
}

type Look = {
  readonly channel: ChannelLosses;
  readonly alert: AlertRow | null;
  readonly memory: FlapMemory | null;
  readonly next: Advance;
};

function isAtRest(memory: FlapMemory | null, nowMs: number): boolean {
  return memory === null || (!memory.flapping && !memory.holds && lastChangeMs(memory) < nowMs - FLAP_WINDOW_MS);
}

const lastChangeMs = (memory: FlapMemory | null): number => memory?.changeTimesMs.at(-1) ?? 0;

async function write(client: Client, looks: readonly Look[], gone: readonly AlertRow[], nowMs: number): Promise<void> {
  const ended = gone.map((alert) => ({ id: alert.id, ...end(alert, 'channel-removed', nowMs) }));
  const going = looks.flatMap(({ channel, alert, next }) => {
    if (alert === null || next.episode === null) return [];
    const open = { id: alert.id, targetId: 0, expr: '', episode: alert, savedAtMs: alert.lastSeenMs };
    return mustSave(open, next.episode, next.transitions) ? [{ id: alert.id, channel, ...next }] : [];
  });
  await updateAlerts(
    client,
    [...ended, ...going].flatMap(({ id, episode, transitions }) =>
      episode === null ? [] : [{ id, episode, isNews: transitions.length > 0 }],
    ),
  );
  const fresh = looks.filter(({ alert, next }) => alert === null && next.episode !== null);
  const ids = await insertAlerts(client, fresh.flatMap(newAlertOf));
  const events = [
    ...ended.flatMap(({ id, transitions }) => eventsOf(id, transitions, 'the channel was removed or switched off')),
    ...going.flatMap(({ id, transitions }) => eventsOf(id, transitions, '')),
    ...fresh.flatMap(({ channel, next }, i) => eventsOf(ids[i] ?? 0, next.transitions, channel.lastWords)),
  ];
  await insertAlertEvents(client, events);
  await saveRuleStates(
    client,
    looks
      .filter(({ memory, next }) => isOther(memory, next.flap))
      .map(({ channel, next }) => ({ ruleId: CHANNEL_RULE, scope: 'channel', ref: channel.id, memory: next.flap })),
  );
  const newsIds = [...new Set(events.map((event) => event.alertId))];
  if (newsIds.length === 0) return;
  await enqueueNotifications(client, newsIds, nowMs);
  await sendHint(client, 'alerts');
}

const isOther = (before: FlapMemory | null, after: FlapMemory): boolean =>
  before?.holds !== after.holds || before.flapping !== after.flapping || lastChangeMs(before) !== lastChangeMs(after);

function newAlertOf({ channel, next }: Look): NewAlert[] {
  if (next.episode === null) return [];
  return [
    {
      ruleId: CHANNEL_RULE,
      scope: 'channel',
      subjectId: null,
      targetId: null,
      channelId: channel.id,
      subjectName: channel.name,
      labels: channelLabels(channel),
      rule: { ...CHANNEL_RULE_TEXT, signals: [] },
      severity: CHANNEL_SEVERITY,
      episode: next.episode,
    },
  ];
}

/** What the receiver said is told where the alert begins to fire, why it ended where it ends. */
function eventsOf(alertId: number, transitions: readonly Transition[], words: string): NewAlertEvent[] {
  return transitions.map(({ kind, atMs, value }) => ({
    alertId,
    atMs,
    kind,
    actor: null,
    text: kind === 'firing' || kind === 'resolved' ? words : '',
    value,
  }));
}
