import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { insertAlertEvents } from '#lib/db/alerts.ts';
import { alertStrips } from '#lib/service/alert-strips.ts';
import { createSilence } from '#lib/service/silences.ts';
import { alertOf, KIM, storeAlerts } from '#tests/alert-rows.ts';
import { serviceContext } from '#tests/engine-polls.ts';
import { addTarget } from '#tests/stored-alerts.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const NOW = 1_795_348_800_000;
const HOUR = 3_600_000;

let database: TestDatabase;
let mine: number;
let others: number;
beforeAll(async () => {
  database = await createTestDatabase();
  mine = await addTarget(database.pool, 'a');
  others = await addTarget(database.pool, 'b');
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('TRUNCATE alert, silence, maintenance RESTART IDENTITY CASCADE');
});

/** Episodes by the hours before now at which they fired and resolved; null: it still fires. */
const store = (episodes: readonly (readonly [fired: number, resolved: number | null])[], parts: object = {}) =>
  storeAlerts(
    database.pool,
    episodes.map(([fired, resolved]) =>
      alertOf(NOW - fired * HOUR, {
        targetId: mine,
        ...parts,
        episode: resolved === null ? {} : { resolvedAtMs: NOW - resolved * HOUR, endReason: 'recovered' },
      }),
    ),
  );
const person = (alertId: number, kind: 'acked' | 'unacked', hoursAgo: number) =>
  insertAlertEvents(database.pool, [
    { alertId, atMs: NOW - hoursAgo * HOUR, kind, actor: 'Kim', text: '', value: null },
  ]);
async function strip(id: number, kind: 'firing' | 'acked' | 'muted'): Promise<Record<number, number>> {
  const { items } = await alertStrips(serviceContext(database.pool, NOW), [id]);
  const shares = items[0]?.[kind] ?? [];
  expect(shares).toHaveLength(24);
  return Object.fromEntries(shares.flatMap((share, i) => (share === 0 ? [] : [[24 - i, share]])));
}

it('holds earlier episodes of the same rule on the same thing, by the hour before now', async () => {
  const [, , id = 0] = await store([
    [30, 23.5],
    [10, 9.25],
    [1.5, null],
  ]);
  await store([[5, 4]], { targetId: others });
  await store([[7, 6]], { ruleId: 'Other' });
  expect(await strip(id, 'firing')).toEqual({ 24: 0.5, 10: 0.75, 2: 0.5, 1: 1 });
});

it('what never fired and what ended before the day began are no part of it', async () => {
  await storeAlerts(database.pool, [
    alertOf(NOW - 3 * HOUR, {
      targetId: mine,
      episode: { firedAtMs: null, resolvedAtMs: NOW - 2 * HOUR, endReason: 'not-fired' },
    }),
  ]);
  const [, id = 0] = await store([
    [40, 25],
    [1, null],
  ]);
  expect(await strip(id, 'firing')).toEqual({ 1: 1 });
});

it('shows when somebody had it: from the ack until it was given back, ran out or resolved', async () => {
  const [given = 0, resolved = 0, open = 0] = await store([
    [20, 16],
    [12, 10],
    [4, null],
  ]);
  await person(given, 'acked', 19);
  await person(given, 'unacked', 18);
  await person(resolved, 'acked', 10.5);
  await person(open, 'acked', 3);
  expect(await strip(open, 'acked')).toEqual({ 19: 1, 11: 0.5, 3: 1, 2: 1, 1: 1 });
  await database.pool.query('UPDATE alert SET ack_until_ms = $2 WHERE id = $1', [open, NOW - 2 * HOUR]);
  expect(await strip(open, 'acked')).toEqual({ 19: 1, 11: 0.5, 3: 1 });
});

it('shows what a silence hid, also one that has ended, and only while it fired', async () => {
  const [id = 0] = await store([[4, null]]);
  const context = serviceContext(database.pool, NOW - 6 * HOUR);
  const matchers = [{ label: 'host', op: '=', value: 'gpu-01' } as const];
  await createSilence(context, KIM, { matchers, reason: 'x', endsAtMs: NOW - 2.5 * HOUR });
  await createSilence(context, KIM, {
    matchers: [{ label: 'host', op: '=', value: 'gpu-02' }],
    reason: 'x',
    endsAtMs: NOW + HOUR,
  });
  expect(await strip(id, 'muted')).toEqual({ 4: 1, 3: 0.5 });
});

it('of alerts that are not there says nothing, of others what it can', async () => {
  const [id = 0] = await store([[1, null]]);
  const { items } = await alertStrips(serviceContext(database.pool, NOW), [id, 99_999]);
  expect(items.map((item) => item.id)).toEqual([id]);
});

it('an alert about a channel has a strip too', async () => {
  const { rows } = await database.pool.query(
    `INSERT INTO channel (name, kind, settings, filter, origin, changed_at_ms) VALUES ('ops', 'webhook', '{}', '{}', 'user', 0) RETURNING id`,
  );
  const about = { targetId: null, channelId: rows[0].id, scope: 'channel' } as const;
  const ids = await storeAlerts(database.pool, [
    alertOf(NOW - 3 * HOUR, { ...about, episode: { resolvedAtMs: NOW - 2 * HOUR, endReason: 'recovered' } }),
    alertOf(NOW - HOUR, about),
  ]);
  expect(await strip(ids[1] ?? 0, 'firing')).toEqual({ 3: 1, 1: 1 });
});
