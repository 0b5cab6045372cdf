import type { ChannelList, ChannelView } from '#lib/api/channels.ts';
import type { StoredChannel } from '#lib/db/channels.ts';
import { type ChannelState, loadChannelStates } from '#lib/db/deliveries.ts';
import { channelToInput } from '#lib/notify/channel.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';

const UNTRIED = { ok: null, waiting: 0, dead: 0, lastSentMs: null, lastError: null };

/** `GET /channels` */
export async function listChannels(context: ServiceContext): Promise<ChannelList> {
  const [channels, states] = await Promise.all([
    context.channels.list(),
    loadChannelStates(context.pool, context.clock()),
  ]);
  return { items: channels.map((channel) => viewOf(channel, states.get(channel.id))), nextCursor: null };
}

/** `GET /channels/{id}` */
export async function getChannel(context: ServiceContext, id: number): Promise<ChannelView> {
  const channel = await findChannel(context, id);
  const states = await loadChannelStates(context.pool, context.clock());
  return viewOf(channel, states.get(id));
}

/** Throws `not-found`. */
export async function findChannel(context: ServiceContext, id: number): Promise<StoredChannel> {
  const channel = await context.channels.find(id);
  if (channel === null) throw new AppError('not-found', `no channel ${id}`);
  return channel;
}

function viewOf(channel: StoredChannel, state: ChannelState | undefined): ChannelView {
  const { minSeverity, matchers, sendResolved, sendAcked, repeatIntervalMs } = channel.filter;
  const { name: _name, enabled: _enabled, kind: _kind, filter: _filter, ...settings } = channelToInput(channel);
  const { ok, waiting, dead, lastSentMs, lastError } = state ?? UNTRIED;
  return {
    id: channel.id,
    name: channel.name,
    kind: channel.settings.kind,
    enabled: channel.enabled,
    origin: channel.origin,
    settings,
    secretsSet: Object.fromEntries(Object.keys(channel.secrets).map((name) => [name, true])),
    filter: { minSeverity, matchers: [...matchers], sendResolved, sendAcked, repeatIntervalS: repeatIntervalMs / 1000 },
    state: { ok, waiting, dead, lastSentMs, lastError },
  };
}
