import { ChannelInput, type ChannelPatch, type ChannelView } from '#lib/api/channels.ts';
import { writeAudit } from '#lib/db/audit.ts';
import type { StoredChannel } from '#lib/db/channels.ts';
import { inTransaction } from '#lib/db/pool.ts';
import { type Channel, type ChannelSecrets, channelFromInput, channelToInput } from '#lib/notify/channel.ts';
import type { Actor } from '#lib/service/access.ts';
import { findChannel, getChannel } from '#lib/service/channels.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';
import { refuseAddress } from '#lib/service/refuse-address.ts';
import { uniqueName } from '#lib/service/unique-name.ts';

/** `POST /channels` */
export async function createChannel(context: ServiceContext, actor: Actor, input: ChannelInput): Promise<ChannelView> {
  const channel = parsedOrThrow(input, {});
  refuseInput(input);
  const id = await uniqueName('channel', channel.name, () =>
    inTransaction(context.pool, async (client) => {
      const created = await context.channels.create(client, channel, 'user', context.clock());
      await audit(client, context, actor, 'channel.create', created, channel);
      return created;
    }),
  );
  return getChannel(context, id);
}

/** `PATCH /channels/{id}`: what is not named stays, secrets included. A channel of another kind keeps nothing. */
export async function patchChannel(
  context: ServiceContext,
  actor: Actor,
  id: number,
  patch: ChannelPatch,
): Promise<ChannelView> {
  const stored = await editableChannel(context, id);
  const isSameKind = patch.kind === undefined || patch.kind === stored.settings.kind;
  const before = channelToInput(stored);
  const base = isSameKind ? before : { name: before.name, enabled: before.enabled, filter: before.filter };
  const filter = { ...(before.filter as object), ...(patch.filter as object | undefined) };
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== null));
  const parsed = ChannelInput.safeParse({ ...base, ...given, filter });
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
    throw new AppError('invalid', errors.map(({ path, message }) => `${path}: ${message}`).join('; '), errors);
  }
  if (isSameKind) refuseMovedSecrets(stored, parsed.data, patch);
  refuseInput(parsed.data);
  const channel = parsedOrThrow(parsed.data, isSameKind ? keptSecrets(stored, patch) : {});
  await uniqueName('channel', channel.name, () =>
    inTransaction(context.pool, async (client) => {
      await context.channels.update(client, id, channel, context.clock());
      await audit(client, context, actor, 'channel.change', id, channel);
    }),
  );
  return getChannel(context, id);
}

/** `DELETE /channels/{id}`: what waits for it is cancelled; its history stays. */
export async function removeChannel(context: ServiceContext, actor: Actor, id: number): Promise<void> {
  const stored = await editableChannel(context, id);
  await inTransaction(context.pool, async (client) => {
    await context.channels.remove(client, id, context.clock());
    await audit(client, context, actor, 'channel.remove', id, stored);
  });
}

/** `password: null` forgets a stored secret; leaving it out keeps it. */
function keptSecrets(stored: StoredChannel, patch: ChannelPatch): ChannelSecrets {
  return Object.fromEntries(Object.entries(stored.secrets).filter(([name]) => patch[name] !== null));
}

/** Whoever may edit a channel must not be able to send its stored secret to a server of their own. */
function refuseMovedSecrets(stored: StoredChannel, input: ChannelInput, patch: ChannelPatch): void {
  const sent = Object.keys(stored.secrets).filter(
    (name) => name !== 'secret' && !(name in patch) && !(name.startsWith('header:') && 'headers' in patch),
  );
  if (sent.length === 0 || destinationOf(stored) === destinationOfInput(input)) return;
  const message = `goes to another server now: give ${sent.join(', ')} again`;
  throw new AppError('invalid', message, [{ path: sent[0] ?? '', message }]);
}

function destinationOf({ settings }: StoredChannel): string {
  if (settings.kind === 'email') return `${settings.smtpHost}:${settings.smtpPort}`;
  return 'url' in settings ? new URL(settings.url).origin : '';
}

function destinationOfInput(input: ChannelInput): string {
  if (input.kind === 'email') return `${input.smtp_host}:${input.smtp_port}`;
  if (input.kind === 'slack' || input.kind === 'heartbeat') return '';
  return new URL(input.url).origin;
}

function refuseInput(input: ChannelInput): void {
  if (input.kind === 'email') refuseAddress('smtp_host', input.smtp_host);
  else refuseAddress('url', input.url ?? '');
}

async function editableChannel(context: ServiceContext, id: number): Promise<StoredChannel> {
  const stored = await findChannel(context, id);
  if (stored.origin === 'file') {
    throw new AppError('conflict', `channel "${stored.name}" comes from the configuration file: change it there`);
  }
  return stored;
}

function parsedOrThrow(input: ChannelInput, kept: ChannelSecrets): Channel {
  const result = channelFromInput(input, kept);
  if (result.ok) return result.channel;
  throw new AppError(
    'invalid',
    result.errors.map((error) => `${error.path}: ${error.message}`).join('; '),
    result.errors,
  );
}

function audit(
  db: Parameters<typeof writeAudit>[0],
  context: ServiceContext,
  { name: actor }: Actor,
  action: string,
  id: number,
  channel: Channel,
): Promise<void> {
  const { name, enabled, filter, settings } = channel;
  const detail = { name, enabled, filter, settings, secrets: Object.keys(channel.secrets) };
  return writeAudit(db, { actor, action, object: `channel ${id}`, detail, atMs: context.clock() });
}
