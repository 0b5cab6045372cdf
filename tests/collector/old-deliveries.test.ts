import { afterEach, beforeEach, expect, it } from 'vitest';
import { retryDead } from '#lib/db/deliveries.ts';
import { dropOldDeliveries } from '#lib/db/old-deliveries.ts';
import { inTransaction } from '#lib/db/pool.ts';
import { addChannel, addTarget, fire, newAlert } from '#tests/stored-alerts.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const DAY = 86_400_000;

let database: TestDatabase;
let channelId: number;
let alertId: number;
beforeEach(async () => {
  database = await createTestDatabase();
  const targetId = await addTarget(database.pool);
  [alertId = 0] = await fire(database.pool, [newAlert(targetId)]);
  channelId = await addChannel(database.pool, { kind: 'webhook', url: 'http://127.0.0.1:1/hook' });
});
afterEach(() => database.drop());

type Parts = { readonly kind?: string; readonly state: string; readonly ageDays: number; readonly isOfAlert?: boolean };

async function deliver(id: string, { kind = 'firing', state, ageDays, isOfAlert = true }: Parts): Promise<void> {
  await database.pool.query(
    `INSERT INTO delivery (id, channel_id, kind, group_key, state, tries, created_at_ms, sent_at_ms, last_status, last_answer, message)
     VALUES ($1, $2, $3, 'g', $4, 1, $5, $5, 200, 'their words', '{"version": 1}')`,
    [id, channelId, kind, state, Date.now() - ageDays * DAY],
  );
  if (isOfAlert) await database.pool.query('INSERT INTO delivery_alert VALUES ($1, $2)', [alertId, id]);
}

async function kept(): Promise<Record<string, string>> {
  const { rows } = await database.pool.query(
    `SELECT id, concat_ws(' ', last_status, last_answer, CASE WHEN message IS NOT NULL THEN 'message' END) AS what FROM delivery`,
  );
  return Object.fromEntries(rows.map(({ id, what }) => [id, what]));
}

it('a delivery of an alert stays for ever, its words for 30 days, why it was not sent for ever', async () => {
  await deliver('new', { state: 'sent', ageDays: 29 });
  await deliver('old', { state: 'sent', ageDays: 31 });
  await deliver('dead', { state: 'dead', ageDays: 400 });
  await deliver('cancelled', { state: 'cancelled', ageDays: 400 });
  await deliver('still tried', { state: 'retrying', ageDays: 31 });
  expect(await dropOldDeliveries(database.pool, Date.now())).toEqual({ emptied: 3, dropped: 0, givenUp: 0 });
  expect(await kept()).toEqual({
    new: '200 their words message',
    old: '200',
    dead: '200 their words',
    cancelled: '200 their words',
    'still tried': '200 their words message',
  });
  expect(await dropOldDeliveries(database.pool, Date.now())).toEqual({ emptied: 0, dropped: 0, givenUp: 0 });
});

it('what is about no alert goes after a week', async () => {
  await deliver('heartbeat-9', { kind: 'heartbeat', state: 'sent', ageDays: 8, isOfAlert: false });
  await deliver('heartbeat-8', { kind: 'heartbeat', state: 'sent', ageDays: 6, isOfAlert: false });
  await deliver('about nothing', { state: 'cancelled', ageDays: 8, isOfAlert: false });
  await deliver('waits', { state: 'waiting', ageDays: 8, isOfAlert: false });
  expect(await dropOldDeliveries(database.pool, Date.now())).toMatchObject({ dropped: 2 });
  expect(Object.keys(await kept()).toSorted()).toEqual(['heartbeat-8', 'waits']);
});

it('more than one statement takes are all dealt with', async () => {
  await database.pool.query(
    `INSERT INTO delivery (id, channel_id, kind, group_key, state, tries, created_at_ms, message)
     SELECT 'd' || i, $1, 'firing', 'g', 'sent', 1, $2, '{}' FROM generate_series(1, 4500) i`,
    [channelId, Date.now() - 40 * DAY],
  );
  expect(await dropOldDeliveries(database.pool, Date.now())).toMatchObject({ emptied: 4500, dropped: 4500 });
});

it('a job that the queue has given up makes its delivery a dead letter and is gone', async () => {
  await deliver('stuck', { state: 'dead', ageDays: 3 });
  await inTransaction(database.pool, (client) => retryDead(client, 'stuck', Date.now()));
  await database.pool.query(
    "UPDATE graphile_worker._private_jobs SET attempts = max_attempts, last_error = 'it broke'",
  );
  expect(await dropOldDeliveries(database.pool, Date.now())).toMatchObject({ givenUp: 1 });
  const { rows } = await database.pool.query("SELECT state, last_answer FROM delivery WHERE id = 'stuck'");
  expect(rows).toEqual([{ state: 'dead', last_answer: 'it broke' }]);
  expect((await database.pool.query('SELECT 1 FROM graphile_worker.jobs')).rowCount).toBe(0);
});
