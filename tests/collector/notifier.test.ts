import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHANNEL_RULE } from '#lib/alerts/channel-failing.ts';
import { Notification } from '#lib/api/notification.ts';
import { createLog } from '#lib/collector/log.ts';
import { Notifier } from '#lib/collector/notifier.ts';
import { ADVISORY_LOCKS } from '#lib/db/advisory-locks.ts';
import { selectAlerts } from '#lib/db/alerts.ts';
import { loadChannelStates, loadOutbox, retryDead } from '#lib/db/deliveries.ts';
import { enqueueDue } from '#lib/db/due-notifications.ts';
import { enqueueNotifications } from '#lib/db/notifications.ts';
import { listenForHints, sendHint } from '#lib/db/notify.ts';
import { inTransaction } from '#lib/db/pool.ts';
import { answer, hang, type Receiver, startReceiver } from '#tests/receiver.ts';
import { addChannel, addTarget, change, channelStore, fire, newAlert, resolve } from '#tests/stored-alerts.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';
import { until } from '#tests/until.ts';

const BASE_URL = 'http://headroom.test:3000';

let database: TestDatabase;
let receiver: Receiver;
let targetId: number;
let notifier: Notifier;
let logged: string;

beforeEach(async () => {
  database = await createTestDatabase();
  receiver = await startReceiver();
  targetId = await addTarget(database.pool);
  logged = '';
  notifier = startNotifier();
});
afterEach(async () => {
  await notifier.stop();
  await receiver.close();
  await database.drop();
});

function startNotifier(isEvaluating = () => true): Notifier {
  const started = new Notifier({
    pool: database.pool,
    connectionString: database.url,
    channels: channelStore(database.pool),
    baseUrl: BASE_URL,
    isEvaluating,
    dueMs: 500,
    log: createLog('test', (line) => {
      logged += line;
    }),
    clock: Date.now,
  });
  started.start();
  return started;
}

const webhook = (more: object = {}) => addChannel(database.pool, { kind: 'webhook', url: receiver.url, ...more });
const messages = (): Notification[] => receiver.received.map(({ body }) => Notification.parse(JSON.parse(body)));
const got = (count: number) => until(() => receiver.received.length >= count);

async function deliveries(): Promise<Record<string, unknown>[]> {
  const { rows } = await database.pool.query(
    'SELECT id, kind, state, tries, last_status, last_answer FROM delivery ORDER BY created_at_ms, id',
  );
  return rows;
}
const allIn = (state: string) =>
  until(async () => {
    const rows = await deliveries();
    return rows.length > 0 && rows.every((row) => row.state === state);
  });

async function told(
  alertId: number,
  channelId: number | null = null,
): Promise<{ told: string; reason: string } | undefined> {
  const { rows } = await database.pool.query(
    'SELECT told, reason FROM alert_channel WHERE alert_id = $1 AND channel_id = coalesce($2, channel_id)',
    [alertId, channelId],
  );
  return rows[0];
}

describe('a firing alert', () => {
  it('arrives signed, with everything a person needs', async () => {
    await webhook({ secret: 'sesame-canary' });
    const [id = 0] = await fire(database.pool, [newAlert(targetId)]);
    await got(1);
    const [request] = receiver.received;
    const [message] = messages();
    expect(message).toMatchObject({ kind: 'firing', url: `${BASE_URL}/alerts/${id}` });
    expect(message?.alerts[0]).toMatchObject({ id, rule: 'KvCacheNearlyFull', value: 0.98, limit: 0.9, unit: 'ratio' });
    expect(message?.title).toBe('CRITICAL: KV cache nearly full on qwen-a: 98%, limit 90%');
    const signature = /^t=(\d+),v1=([0-9a-f]+)$/.exec(String(request?.headers['headroom-signature']));
    const expected = createHmac('sha256', 'sesame-canary').update(`${signature?.[1]}.${request?.body}`).digest('hex');
    expect(signature?.[2]).toBe(expected);
    expect(request?.headers['idempotency-key']).toBe(message?.id);
    await allIn('sent');
  });

  it('tells open pages when its message is sent', async () => {
    await notifier.stop();
    await webhook();
    await fire(database.pool, [newAlert(targetId)]);
    const hints: string[] = [];
    const listener = listenForHints(
      database.url,
      (topic) => hints.push(topic),
      (error) => {
        throw error;
      },
    );
    await until(async () => {
      await sendHint(database.pool, 'health');
      return hints.includes('health');
    });
    expect(hints).not.toContain('alerts');
    notifier = startNotifier();
    await allIn('sent');
    await until(() => hints.includes('alerts'));
    await listener.close();
  });

  it('of one rule on one host joins the others in one message; another host gets its own', async () => {
    await webhook();
    const other = await addTarget(database.pool, 'b', 'gpu-02');
    const third = await addTarget(database.pool, 'c', 'gpu-01');
    const labels = (host: string) => ({ ...newAlert(targetId).labels, host });
    await fire(database.pool, [newAlert(targetId), newAlert(other, { labels: labels('gpu-02') })]);
    await fire(database.pool, [newAlert(third)]);
    await allIn('sent');
    expect(
      messages()
        .map((message) => message.alerts.length)
        .toSorted(),
    ).toEqual([1, 2]);
  });

  it('is not told twice, however often it is asked', async () => {
    await webhook();
    const [id = 0] = await fire(database.pool, [newAlert(targetId)]);
    await inTransaction(database.pool, (client) => enqueueNotifications(client, [id], Date.now()));
    await enqueueDue(database.pool, Date.now());
    await allIn('sent');
    expect(await deliveries()).toHaveLength(1);
  });

  it('whose transaction is rolled back is never told', async () => {
    await webhook();
    const [kept = 0] = await fire(database.pool, [newAlert(targetId)]);
    await expect(
      inTransaction(database.pool, async (client) => {
        await client.query('UPDATE alert_channel SET told = $1', ['none']);
        await enqueueNotifications(client, [kept], Date.now());
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    await allIn('sent');
    expect(await deliveries()).toHaveLength(1);
  });

  it('that ends before it was sent is told to nobody', async () => {
    await notifier.stop();
    await webhook();
    const [id = 0] = await fire(database.pool, [newAlert(targetId)]);
    await resolve(database.pool, id);
    expect(await deliveries()).toMatchObject([{ kind: 'firing', state: 'cancelled' }]);
    expect(await told(id)).toEqual({ told: 'none', reason: 'it ended before this channel was told that it fires' });
  });

  it('that ends while its message is being tried again is told that it ended, and the old message is given up', async () => {
    await webhook();
    receiver.answerNext(answer(503, 'later', { 'retry-after': '60' }));
    const [id = 0] = await fire(database.pool, [newAlert(targetId)]);
    await allIn('retrying');
    await resolve(database.pool, id);
    await got(2);
    expect(messages().map((message) => message.kind)).toEqual(['firing', 'resolved']);
    await until(async () => (await deliveries()).map((row) => row.state).join() === 'cancelled,sent');
  });

  it('that ends while the message hangs at the receiver: resolved comes after it, never before', async () => {
    await webhook();
    receiver.answerNext((response) => void setTimeout(() => response.writeHead(500).end(), 1500));
    const [id = 0] = await fire(database.pool, [newAlert(targetId)]);
    await got(1);
    await resolve(database.pool, id);
    await got(2);
    expect((receiver.received[1]?.atMs ?? 0) - (receiver.received[0]?.atMs ?? 0)).toBeGreaterThan(1400);
    expect(messages().map((message) => message.kind)).toEqual(['firing', 'resolved']);
    await until(async () => (await deliveries()).map((row) => row.state).join() === 'cancelled,sent');
  });
});

describe('a receiver that does not take a message', () => {
  const cases: readonly [string, Parameters<Receiver['answerNext']>, string, string, number | null][] = [
    ['500 twice: tried again under the same id', [answer(500, 'oops'), answer(502)], 'sent', 'ok', 200],
    ['404: a dead letter', [answer(404, 'no such hook')], 'dead', 'no such hook', 404],
    [
      'a redirect to another host',
      [answer(302, '', { location: 'http://localhost:1/x' })],
      'dead',
      'another host',
      null,
    ],
    [
      'a redirect to the metadata address',
      [answer(307, '', { location: 'http://169.254.169.254/' })],
      'dead',
      'another host',
      null,
    ],
    ['an endless answer is cut', [answer(410, 'x'.repeat(100_000))], 'dead', `${'x'.repeat(2000)}`, 410],
  ];
  it.each(cases)('%s', async (_name, answers, state, text, status) => {
    await webhook();
    receiver.answerNext(...answers);
    await fire(database.pool, [newAlert(targetId)]);
    await allIn(state);
    const [row] = await deliveries();
    expect(row?.last_answer).toContain(text);
    expect(String(row?.last_answer).length).toBeLessThanOrEqual(2048);
    expect(row?.last_status).toBe(status);
    expect(new Set(messages().map((message) => message.id)).size).toBe(1);
  });

  it('waits as long as Retry-After says', async () => {
    await webhook();
    receiver.answerNext(answer(429, 'slow down', { 'retry-after': '3' }));
    await fire(database.pool, [newAlert(targetId)]);
    await got(2);
    const [first, second] = receiver.received;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(2900);
    expect(second?.body).toContain(JSON.parse(first?.body ?? '').id);
  });

  it('that hangs is given up after ten seconds and tried again, and holds up no other channel', async () => {
    await webhook({ name: 'hanging' });
    const other = await startReceiver();
    await addChannel(database.pool, { kind: 'webhook', url: other.url });
    receiver.answerNext(hang);
    await fire(database.pool, [newAlert(targetId)]);
    await until(() => other.received.length === 1);
    expect(Date.now() - (receiver.received[0]?.atMs ?? Date.now())).toBeLessThan(5000);
    await got(2);
    expect((receiver.received[1]?.atMs ?? 0) - (receiver.received[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(10_000);
    await other.close();
  });

  it('is an alert that the other channels are told of; a dead letter can be sent by hand, which ends it', async () => {
    const other = await startReceiver();
    const ops = await webhook({ name: 'ops' });
    const second = await addChannel(database.pool, { kind: 'webhook', name: 'other', url: other.url });
    receiver.answerNext(answer(403, 'revoked'), answer(403, 'revoked'));
    const [one = 0] = await fire(database.pool, [newAlert(targetId)]);
    await until(() => other.received.length === 2);
    const notes = (): Notification[] =>
      other.received
        .map(({ body }) => Notification.parse(JSON.parse(body)))
        .filter(({ alerts }) => alerts[0]?.rule === CHANNEL_RULE);
    expect(notes()).toMatchObject([
      { kind: 'firing', title: 'WARNING: Channel loses messages on ops: 1, limit 0', alerts: [{ target: 'ops' }] },
    ]);
    await resolve(database.pool, one);
    await until(async () => (await loadOutbox(database.pool, Date.now())).dead === 2);
    expect(await loadOutbox(database.pool, Date.now())).toMatchObject({ failing: ['ops'], dead: 2 });
    const [lost] = await selectAlerts(database.pool, "a.scope = 'channel'");
    expect(lost).toMatchObject({ channelId: ops, channelName: 'ops', targetId: null });
    expect(await told(lost?.id ?? 0, ops)).toEqual({ told: 'none', reason: 'it is about this very channel' });
    const { rows } = await database.pool.query("SELECT id FROM delivery WHERE state = 'dead' AND kind = 'resolved'");
    expect(await inTransaction(database.pool, (client) => retryDead(client, rows[0].id, Date.now()))).toBe(true);
    await until(() => notes().length === 2);
    expect(notes()[1]).toMatchObject({ kind: 'resolved', alerts: [{ endReason: 'recovered' }] });
    expect(receiver.received.some(({ body }) => body.includes(CHANNEL_RULE))).toBe(false);
    expect((await loadChannelStates(database.pool, Date.now())).get(second)?.ok).toBe(true);
    await other.close();
  });
});

describe('Postgres', () => {
  it('drops every connection while a message is on its way: it is sent again under its id, and later ones too', async () => {
    await webhook();
    receiver.answerNext(hang);
    await fire(database.pool, [newAlert(targetId)]);
    await got(1);
    await database.pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'headroom-outbox%'",
    );
    await fire(database.pool, [newAlert(targetId, { ruleId: 'Later' })]);
    await allIn('sent');
    const byAlert = Map.groupBy(messages(), (message) => message.alerts[0]?.id);
    expect(byAlert.size).toBe(2);
    for (const sent of byAlert.values()) expect(new Set(sent.map((message) => message.id)).size).toBe(1);
  });
});

describe('quiet alerts', () => {
  const ack = (id: number, untilMs: number | null, more = '') =>
    database.pool.query(
      `UPDATE alert SET acked_at_ms = $2, acked_by = 'K.', ack_note = '', ack_until_ms = $3 ${more} WHERE id = $1`,
      [id, Date.now(), untilMs],
    );

  it('acknowledged while its message waits: not sent, and told again when the acknowledgement runs out', async () => {
    await notifier.stop();
    await webhook();
    const [id = 0] = await fire(database.pool, [newAlert(targetId)]);
    await ack(id, Date.now() + 1500);
    notifier = startNotifier();
    await allIn('cancelled');
    expect((await told(id))?.told).toBe('muted');
    await got(1);
    expect(messages().map((message) => message.kind)).toEqual(['ack-expired']);
  });

  const pagerDuty = () => addChannel(database.pool, { kind: 'pagerduty', url: receiver.url, routing_key: 'R-key' });
  const events = () => receiver.received.map(({ body }) => JSON.parse(body) as Record<string, string>);
  const news = (id: number) => inTransaction(database.pool, (client) => enqueueNotifications(client, [id], Date.now()));

  it('acknowledged: PagerDuty hears it under the key of the incident, and pages anew when it is taken back', async () => {
    await pagerDuty();
    const [id = 0] = await fire(database.pool, [newAlert(targetId)]);
    await allIn('sent');
    await ack(id, null);
    await news(id);
    await got(2);
    await allIn('sent');
    await database.pool.query('UPDATE alert SET acked_at_ms = NULL, acked_by = NULL WHERE id = $1', [id]);
    await news(id);
    await got(4);
    expect(events().map((event) => event.event_action)).toEqual(['trigger', 'acknowledge', 'resolve', 'trigger']);
    expect(new Set(events().map((event) => event.dedup_key)).size).toBe(1);
  });

  it('acknowledged with many others, without a word to the outbox: told within seconds, once', async () => {
    await webhook();
    await addChannel(database.pool, { kind: 'webhook', url: receiver.url, filter: { send_acked: false } });
    const [id = 0] = await fire(database.pool, [newAlert(targetId)]);
    await allIn('sent');
    await ack(id, null);
    await got(3);
    await enqueueDue(database.pool, Date.now());
    await allIn('sent');
    expect((await deliveries()).map((row) => row.kind).toSorted()).toEqual(['acked', 'firing', 'firing']);
    expect(messages().at(-1)).toMatchObject({ kind: 'acked', alerts: [{ ack: { by: 'K.' } }] });
  });

  it('taken back before the message went out: it is not sent', async () => {
    await webhook();
    const [id = 0] = await fire(database.pool, [newAlert(targetId)]);
    await allIn('sent');
    await notifier.stop();
    await ack(id, null);
    await news(id);
    await database.pool.query('UPDATE alert SET acked_at_ms = NULL, acked_by = NULL WHERE id = $1', [id]);
    notifier = startNotifier();
    await until(async () => (await deliveries()).some((row) => row.kind === 'acked' && row.state === 'cancelled'));
    expect((await deliveries()).find((row) => row.kind === 'acked')?.last_answer).toBe(
      'no longer acknowledged before it was sent',
    );
  });

  it('silenced: told why not, and told when the silence is over', async () => {
    await webhook();
    await database.pool.query(
      `INSERT INTO silence (matchers, author, reason, starts_at_ms, ends_at_ms, created_at_ms)
       VALUES ('[{"label":"host","op":"=","value":"gpu-*"}]', 'K.', 'rack move', 0, $1, 0)`,
      [Date.now() + 1500],
    );
    const [id = 0] = await fire(database.pool, [newAlert(targetId)]);
    expect(await told(id)).toMatchObject({
      told: 'muted',
      reason: expect.stringContaining('silenced by K.: rack move'),
    });
    await got(1);
    expect(messages()[0]?.title).toContain('FIRING, no longer muted');
  });

  it('below the severity of the channel: never told, with the reason', async () => {
    await webhook({ filter: { min_severity: 'critical' } });
    const [id = 0] = await fire(database.pool, [newAlert(targetId, { severity: 'warning' })]);
    await change(database.pool, id, { lastValue: 0.99 });
    expect(await told(id)).toEqual({ told: 'none', reason: "warning is below this channel's severity (critical)" });
    expect(await deliveries()).toEqual([]);
  });

  it('repeats at the interval of the channel', async () => {
    await webhook({ filter: { repeat_interval_s: 1 } });
    await fire(database.pool, [newAlert(targetId)]);
    await got(2);
    expect(messages().map((message) => message.kind)).toEqual(['firing', 'repeat']);
  });
});

describe('heartbeats', () => {
  it('beat while rules are evaluated, and stop when they are not', async () => {
    await notifier.stop();
    const id = await addChannel(database.pool, {
      kind: 'heartbeat',
      url: `${receiver.url}/secret-canary`,
      interval_s: 10,
    });
    notifier = startNotifier(() => false);
    await fire(database.pool, [newAlert(targetId)]);
    await notifier.stop();
    expect(receiver.received).toEqual([]);
    notifier = startNotifier(() => true);
    await got(1);
    await until(async () => (await loadChannelStates(database.pool, Date.now())).get(id)?.ok === true);
    expect(receiver.received[0]).toMatchObject({ method: 'GET', path: '/hook/secret-canary' });
  });

  it('come from one process, however many run', async () => {
    const second = startNotifier();
    await addChannel(database.pool, { kind: 'heartbeat', url: receiver.url, interval_s: 10 });
    await got(1);
    const seen = await until(async () => {
      const { rows } = await database.pool.query(
        `SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND granted
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        [ADVISORY_LOCKS.notifyingLeader],
      );
      return rows[0].n === 1;
    });
    expect(seen).toBe(true);
    await second.stop();
    expect(receiver.received).toHaveLength(1);
  });
});

describe('secrets', () => {
  const kinds: readonly [string, (url: string) => object][] = [
    ['webhook', (url) => ({ url, secret: 'canary-secret', headers: { Authorization: 'Bearer canary-token' } })],
    ['slack', (url) => ({ url: `${url}/canary-slack-path` })],
    ['pagerduty', (url) => ({ url, routing_key: 'canary-routing-key' })],
    ['alertmanager', (url) => ({ url, headers: { Authorization: 'Basic canary-token' } })],
  ];
  it.each(kinds)(
    'of %s never reach a delivery row or the log, also when the receiver sends them back',
    async (kind, more) => {
      await addChannel(database.pool, { kind, ...more(receiver.url) });
      const echo = (response: ServerResponse): void => {
        const [request] = receiver.received;
        const { path = '', headers = {}, body = '' } = request ?? {};
        response.writeHead(400).end(`bad: ${path} ${JSON.stringify(headers)} ${body} canary-secret`);
      };
      // An Alertmanager may be sent the alert a second time, by the minute's resend.
      receiver.answerNext(echo, echo);
      await fire(database.pool, [newAlert(targetId)]);
      await until(async () => (await deliveries()).some((row) => row.kind === 'firing' && row.state === 'dead'));
      const { rows } = await database.pool.query(
        'SELECT d.*, c.settings FROM delivery d JOIN channel c ON c.id = d.channel_id',
      );
      expect(rows.find((row) => row.last_answer.startsWith('bad'))?.last_answer).toContain('***');
      expect(JSON.stringify(rows).replaceAll(kind === 'webhook' ? '' : 'canary-secret', '')).not.toContain('canary');
      await until(() => logged.includes('not taken'));
      expect(logged.replaceAll(kind === 'webhook' ? '' : 'canary-secret', '')).not.toContain('canary');
    },
  );
});
