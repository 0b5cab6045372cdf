import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChannelInput, ChannelView } from '#lib/api/channels.ts';
import { openApiDocument } from '#lib/api/openapi.ts';
import { TargetInput } from '#lib/api/targets.ts';
import { recordStanding } from '#lib/db/deliveries.ts';
import { channelFromInput } from '#lib/notify/channel.ts';
import { getChannel, listChannels } from '#lib/service/channels.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { listDeliveries, retryDelivery } from '#lib/service/deliveries.ts';
import { createChannel, patchChannel, removeChannel } from '#lib/service/edit-channel.ts';
import { createTarget, patchTarget } from '#lib/service/edit-target.ts';
import { healthOf } from '#lib/service/health.ts';
import { testChannel } from '#lib/service/test-channel.ts';
import { testTarget } from '#lib/service/test-target.ts';
import { serviceContext } from '#tests/engine-polls.ts';
import { answer, type Receiver, startReceiver } from '#tests/receiver.ts';
import { addChannel, addTarget, fire, newAlert } from '#tests/stored-alerts.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const ACTOR = { name: 'K.', role: 'admin' } as const;

let database: TestDatabase;
let receiver: Receiver;
let context: ServiceContext;

beforeEach(async () => {
  database = await createTestDatabase();
  receiver = await startReceiver();
  context = serviceContext(database.pool, Date.now());
});
afterEach(async () => {
  await receiver.close();
  await database.drop();
});

const create = (input: object) => createChannel(context, ACTOR, ChannelInput.parse({ name: 'ops', ...input }));
const webhook = (more: object = {}) => create({ kind: 'webhook', url: receiver.url, ...more });

async function audited(): Promise<string[]> {
  const { rows } = await database.pool.query('SELECT actor, action, detail FROM audit ORDER BY id');
  return rows.map(({ actor, action, detail }) => `${actor} ${action} ${JSON.stringify(detail)}`);
}

describe('an address that Headroom never contacts', () => {
  const email = { kind: 'email', from: 'a@b.test', to: ['c@d.test'] };
  it.each([
    ['url', { kind: 'webhook', url: 'http://169.254.169.254/latest' }],
    ['url', { kind: 'slack', url: 'http://[fe80::1]/x' }],
    ['url', { kind: 'pagerduty', routing_key: 'k', url: 'http://metadata.google.internal/' }],
    ['smtp_host', { ...email, smtp_host: '169.254.169.254' }],
  ])('is refused at %s when a channel is saved', async (path, input) => {
    await expect(create(input)).rejects.toMatchObject({ code: 'refused', errors: [{ path }] });
    expect((await listChannels(context)).items).toEqual([]);
  });

  it.each([
    'http://169.254.169.254/metrics',
    'http://2852039166/metrics',
    'http://metadata/metrics',
    'http://[::ffff:169.254.0.1]/metrics',
  ])('%s is refused when a target is saved or tested, with the field', async (url) => {
    const input = TargetInput.parse({ name: 'x', url });
    const refusal = { code: 'refused', errors: [{ path: 'url', message: expect.stringContaining('never contacts') }] };
    await expect(createTarget(context, input)).rejects.toMatchObject(refusal);
    await expect(testTarget(context, input)).rejects.toMatchObject(refusal);
    const kept = await createTarget(context, TargetInput.parse({ name: 'y', url: receiver.url }));
    await expect(patchTarget(context, kept.id, { url })).rejects.toMatchObject(refusal);
    await patchTarget(context, kept.id, { paused: true });
  });

  it('is not looked for behind a name, which is resolved only when it is polled', async () => {
    const made = await createTarget(context, TargetInput.parse({ name: 'x', url: 'http://nobody.invalid/metrics' }));
    expect(made.url).toBe('http://nobody.invalid/metrics');
  });
});

describe('secrets of a channel', () => {
  const SECRETS = { secret: 'canary-hmac', headers: { Authorization: 'Bearer canary-token' } };

  it('are in no answer of the API, no audit row and no column in clear', async () => {
    const made = await webhook(SECRETS);
    receiver.answerNext(answer(403, 'Bearer canary-token is revoked, canary-hmac'));
    const answers = [
      made,
      await getChannel(context, made.id),
      await listChannels(context),
      await patchChannel(context, ACTOR, made.id, { enabled: false }),
      await testChannel(context, ACTOR, made.id),
      await listDeliveries(context, made.id, { limit: 10 }),
      await healthOf(context),
      (await database.pool.query('SELECT * FROM channel')).rows,
      await audited(),
    ];
    expect(JSON.stringify(answers)).not.toContain('canary');
    expect(made).toMatchObject({
      secretsSet: { secret: true, 'header:authorization': true },
      settings: { url: receiver.url },
    });
    expect(ChannelView.parse(made)).toEqual(made);
  });

  it('stay when a change does not name them, and go when it says null', async () => {
    const { id } = await webhook(SECRETS);
    expect((await patchChannel(context, ACTOR, id, { name: 'new' })).secretsSet).toEqual({
      secret: true,
      'header:authorization': true,
    });
    expect((await patchChannel(context, ACTOR, id, { secret: null })).secretsSet).toEqual({
      'header:authorization': true,
    });
    expect((await patchChannel(context, ACTOR, id, { headers: {} })).secretsSet).toEqual({});
  });

  it('are not sent to another server by changing the URL alone', async () => {
    const { id } = await webhook(SECRETS);
    await expect(patchChannel(context, ACTOR, id, { url: 'https://evil.test/x' })).rejects.toThrow(
      'give header:authorization again',
    );
    const moved = await patchChannel(context, ACTOR, id, {
      url: 'https://other.test/x',
      headers: { Authorization: 'b' },
    });
    expect(moved.settings).toMatchObject({ url: 'https://other.test/x' });
  });
});

describe('the test button', () => {
  it('really sends, and shows what the receiver answered', async () => {
    const { id } = await webhook();
    receiver.answerNext(answer(202, 'thanks'));
    expect(await testChannel(context, ACTOR, id)).toMatchObject({ ok: true, status: 202, answer: 'thanks' });
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      kind: 'test',
      title: 'TEST from Headroom to "ops"',
    });
    receiver.answerNext(answer(410, 'gone'));
    expect(await testChannel(context, ACTOR, id)).toMatchObject({ ok: false, status: 410, answer: 'gone' });
  });

  it('says in words why nothing answered', async () => {
    const { id } = await create({ kind: 'webhook', url: 'http://127.0.0.1:1/' });
    expect(await testChannel(context, ACTOR, id)).toMatchObject({
      ok: false,
      status: null,
      answer: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each(['http://169.254.169.254/latest/meta-data', 'http://metadata.google.internal/', 'http://[fe80::1]/'])(
    'never asks %s',
    async (url) => {
      const id = await addChannel(database.pool, { kind: 'webhook', url });
      expect((await testChannel(context, ACTOR, id)).answer).toContain('never contacts');
    },
  );

  it('reads a secret file at each use, and says when it is not there', async () => {
    const { id } = await create({ kind: 'slack', url_file: '/nowhere/slack' });
    expect((await testChannel(context, ACTOR, id)).answer).toContain('/nowhere/slack');
  });
});

describe('channels', () => {
  it('of the file are read-only, and follow it', async () => {
    const wanted = channelFromInput(
      ChannelInput.parse({ name: 'file', kind: 'webhook', url: receiver.url, secret: 's' }),
    );
    if (!wanted.ok) throw new Error('the fixture is wrong');
    expect(await context.channels.sync([wanted.channel], Date.now())).toEqual({ changed: 1, nameTaken: [] });
    expect((await context.channels.sync([wanted.channel], Date.now())).changed).toBe(0);
    const [first] = await context.channels.list();
    await expect(patchChannel(context, ACTOR, first?.id ?? 0, { enabled: false })).rejects.toThrow(
      'configuration file',
    );
    await expect(removeChannel(context, ACTOR, first?.id ?? 0)).rejects.toThrow('configuration file');
    expect((await context.channels.sync([], Date.now())).changed).toBe(1);
    expect(await context.channels.list()).toEqual([]);
  });

  it('a taken name is a conflict, a wrong field is named', async () => {
    const { id } = await webhook();
    await expect(webhook()).rejects.toMatchObject({ code: 'conflict' });
    await expect(patchChannel(context, ACTOR, id, { url: 'ftp://x' })).rejects.toMatchObject({
      errors: [{ path: 'url' }],
    });
    await expect(patchChannel(context, ACTOR, id, { colour: 'red' })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('what people do to them is written down', async () => {
    const { id } = await webhook();
    await patchChannel(context, ACTOR, id, { enabled: false });
    await testChannel(context, ACTOR, id);
    await removeChannel(context, ACTOR, id);
    const actions = (await audited()).map((line) => line.split(' ')[2 - 1]);
    expect(actions).toEqual(['channel.create', 'channel.change', 'channel.test', 'channel.remove']);
  });

  it('show what waits for them; only dead letters can be sent again by hand', async () => {
    const { id } = await webhook();
    await fire(database.pool, [newAlert(await addTarget(database.pool))]);
    expect((await getChannel(context, id)).state.waiting).toBe(1);
    expect((await healthOf(context)).parts.outbox).toMatchObject({
      ok: true,
      detail: expect.stringContaining('1 wait'),
    });
    const { items } = await listDeliveries(context, id, { limit: 10 });
    await expect(retryDelivery(context, ACTOR, items[0]?.id ?? '')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('that loses messages makes health fail, and a heartbeat that is not taken too', async () => {
    const { id } = await create({ kind: 'heartbeat', url: receiver.url });
    const dead = { outcome: 'dead', status: 404, answer: 'gone', retryAfterMs: null } as const;
    await recordStanding(database.pool, id, 'heartbeat', dead, Date.now());
    expect((await healthOf(context)).parts.outbox).toMatchObject({
      ok: false,
      detail: expect.stringContaining('not taken by ops'),
    });
    expect((await getChannel(context, id)).state).toMatchObject({ ok: false, lastError: 'HTTP 404: gone' });
    await recordStanding(database.pool, id, 'heartbeat', { ...dead, outcome: 'ok', status: 200 }, Date.now() + 1);
    expect((await getChannel(context, id)).state).toMatchObject({ ok: true, lastError: null });
  });

  it('are in the OpenAPI document, with the webhook that they send', () => {
    const text = JSON.stringify(openApiDocument('1'));
    for (const part of ['/channels/{id}/test', '/deliveries/{id}/retry', 'Headroom-Signature'])
      expect(text).toContain(part);
  });
});
