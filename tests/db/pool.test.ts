import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPool, inTransaction } from '#lib/db/pool.ts';
import { type DatabaseProxy, startDatabaseProxy } from '#tests/database-proxy.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

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

const open = () =>
  createPool({ connectionString: proxy.url, max: 2, statementTimeoutMs: 5000, name: 'test' }, () => {});

// vitest fails on an error that nobody takes; in the collector it would end the process with all samples that wait.
it.each(['close', 'reset'] as const)(
  'a Postgres that goes (%s) between two statements of a transaction fails that transaction and nothing else',
  async (how) => {
    const pool = open();
    const failed = inTransaction(pool, async (client) => {
      await client.query('SELECT 1');
      const lost = new Promise((resolve) => client.once('end', resolve));
      proxy.cut(how);
      await lost;
      await client.query('SELECT 2');
    });
    await expect(failed).rejects.toThrow();
    proxy.restore();
    expect((await pool.query('SELECT 3 AS n')).rows).toEqual([{ n: 3 }]);
    await pool.end();
  },
);

it.each(['close', 'reset'] as const)(
  'a Postgres that goes (%s) during a statement fails that statement',
  async (how) => {
    const pool = open();
    const client = await pool.connect();
    const running = client.query('SELECT pg_sleep(30)');
    setImmediate(() => proxy.cut(how));
    await expect(running).rejects.toThrow();
    client.release(true);
    await pool.end();
  },
);
