import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadUntold } from '#lib/db/alert-timeline.ts';
import { addChannel, addTarget, fire, newAlert } from '#tests/stored-alerts.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('channels that were not told of an alert', () => {
  it('are those that got no message, with the reason, and not those that were told', async () => {
    const url = 'http://127.0.0.1:1/hook';
    await addChannel(database.pool, { name: 'told', kind: 'webhook', url });
    await addChannel(database.pool, {
      name: 'critical only',
      kind: 'webhook',
      url,
      filter: { min_severity: 'critical' },
    });
    const [id] = await fire(database.pool, [newAlert(await addTarget(database.pool), { severity: 'warning' })]);
    expect(await loadUntold(database.pool, id ?? 0)).toEqual([
      { channel: 'critical only', reason: "warning is below this channel's severity (critical)" },
    ]);
  });
});
