import { afterEach, beforeEach, expect, it } from 'vitest';
import { queueDeliveries, startDeliveryQueue } from '#lib/db/delivery-queue.ts';
import { type DatabaseProxy, startDatabaseProxy } from '#tests/database-proxy.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';
import { until } from '#tests/until.ts';

let database: TestDatabase;
let proxy: DatabaseProxy;
beforeEach(async () => {
  database = await createTestDatabase();
  proxy = await startDatabaseProxy(database.url);
});
afterEach(async () => {
  await proxy.close();
  await database.drop();
});

// An error that nobody takes would end the collector, with all samples that wait for the database; vitest fails on it.
it('a database that goes away while a delivery is at work ends nothing, and the delivery is made when it is back', async () => {
  const errors: string[] = [];
  let works = 0;
  let letGo = (): void => {};
  const gone = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const queue = startDeliveryQueue({
    connectionString: proxy.url,
    work: async () => {
      works++;
      if (works > 1) return;
      await gone;
      throw new Error('the database is away');
    },
    onError: (text) => errors.push(text),
  });
  await queueDeliveries(database.pool, [{ id: 'd1', channelId: 1, groupKey: 'g', delayMs: 0 }]);
  await until(() => works === 1);
  proxy.cut();
  letGo();
  const before = errors.length;
  await until(() => errors.length >= before + 4);
  proxy.restore();
  await until(() => works >= 2);
  await queue.stop();
  expect(works).toBe(2);
}, 60_000);
