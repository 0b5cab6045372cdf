import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchChannels } from '#lib/collector/channel-watch.ts';
import { selectAlerts } from '#lib/db/alerts.ts';
import { recordStanding } from '#lib/db/deliveries.ts';
import { addChannel, channelStore } from '#tests/stored-alerts.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const LOOK_MS = 5000;

let database: TestDatabase;
let ops: number;
let other: number;
let nowMs: number;
beforeEach(async () => {
  database = await createTestDatabase();
  nowMs = START;
  ops = await addChannel(database.pool, { kind: 'webhook', name: 'ops', url: 'http://127.0.0.1:1/a' });
  other = await addChannel(database.pool, { kind: 'webhook', name: 'other', url: 'http://127.0.0.1:1/b' });
});
afterEach(() => database.drop());

async function look(): Promise<void> {
  nowMs += LOOK_MS;
  await watchChannels(database.pool, LOOK_MS, nowMs);
}

let deliveries = 0;
async function deliver(channelId: number, state: 'sent' | 'dead'): Promise<void> {
  nowMs += 1000;
  await database.pool.query(
    `INSERT INTO delivery (id, channel_id, kind, group_key, state, tries, created_at_ms, sent_at_ms, last_status, last_answer)
     VALUES ($1, $2, 'firing', 'g', $3, 1, $4, $5, 403, 'revoked')`,
    [`d${deliveries++}`, channelId, state, nowMs, state === 'sent' ? nowMs : null],
  );
}

const alerts = () => selectAlerts(database.pool, 'true');
const queued = async (): Promise<readonly string[]> => {
  const { rows } = await database.pool.query<{ text: string }>(
    `SELECT d.kind || ' to ' || c.name AS text FROM delivery d JOIN channel c ON c.id = d.channel_id
     WHERE d.state = 'waiting' ORDER BY d.created_at_ms, c.name`,
  );
  return rows.map((row) => row.text);
};

describe('a channel that loses messages', () => {
  it('has one alert, with the answer in its timeline, until a message arrives', async () => {
    await look();
    expect(await alerts()).toEqual([]);
    await deliver(ops, 'dead');
    await deliver(ops, 'dead');
    await look();
    await look();
    const [alert, ...more] = await alerts();
    expect(more).toEqual([]);
    expect(alert).toMatchObject({
      scope: 'channel',
      channelId: ops,
      subjectName: 'ops',
      lastValue: 2,
      resolvedAtMs: null,
    });
    const { rows } = await database.pool.query('SELECT kind, text FROM alert_event ORDER BY id');
    expect(rows).toEqual([
      { kind: 'pending', text: '' },
      { kind: 'firing', text: 'HTTP 403: revoked' },
    ]);
    await deliver(ops, 'sent');
    await look();
    expect(await alerts()).toMatchObject([{ endReason: 'recovered', resolvedAtMs: nowMs, peakValue: 2 }]);
    await deliver(ops, 'dead');
    await look();
    expect((await alerts()).map(({ resolvedAtMs }) => resolvedAtMs === null)).toEqual([false, true]);
  });

  it('is told of to the others and never to itself', async () => {
    await deliver(ops, 'dead');
    await look();
    expect(await queued()).toEqual(['firing to other']);
    await database.pool.query("UPDATE delivery SET state = 'sent', tries = 1 WHERE state = 'waiting'");
    await deliver(ops, 'sent');
    await look();
    expect(await queued()).toEqual(['resolved to other']);
  });

  it('two that are both dead make two alerts and no more, however often they are looked at', async () => {
    await deliver(ops, 'dead');
    await deliver(other, 'dead');
    for (let i = 0; i < 5; i++) {
      await look();
      await database.pool.query("UPDATE delivery SET state = 'dead', tries = 1 WHERE state = 'waiting'");
    }
    expect((await alerts()).map(({ subjectName }) => subjectName)).toEqual(['ops', 'other']);
    const { rows } = await database.pool.query("SELECT count(*)::int AS n FROM delivery WHERE state = 'dead'");
    expect(rows[0].n).toBe(4);
  });

  it('works again when it takes a test', async () => {
    await deliver(ops, 'dead');
    await look();
    nowMs += 1000;
    const taken = { outcome: 'ok', status: 200, answer: 'ok', retryAfterMs: null } as const;
    await recordStanding(database.pool, ops, 'test', taken, nowMs);
    await look();
    expect(await alerts()).toMatchObject([{ endReason: 'recovered' }]);
  });

  it('that is removed ends its alert, which does not read like good news', async () => {
    await deliver(ops, 'dead');
    await look();
    await channelStore(database.pool).remove(database.pool, ops, nowMs);
    await look();
    expect(await alerts()).toMatchObject([{ endReason: 'channel-removed' }]);
  });

  it('and recovers again and again is told of less once it flaps', async () => {
    for (let i = 0; i < 40; i++) {
      await deliver(ops, i % 2 === 0 ? 'dead' : 'sent');
      nowMs += 24_000;
      await look();
      await database.pool.query(
        "UPDATE delivery SET state = 'sent', tries = 1 WHERE state = 'waiting' AND channel_id = $1",
        [other],
      );
    }
    const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM delivery WHERE channel_id = $1', [
      other,
    ]);
    expect((await alerts()).at(-1)?.flapping).toBe(true);
    expect(rows[0].n).toBeLessThanOrEqual(12);
  });
});
