import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { createPool } from '#lib/db/pool.ts';
import { databaseUrl, TEMPLATE } from '#tests/postgres-server.ts';

export type TestDatabase = { readonly url: string; readonly pool: pg.Pool; drop(): Promise<void> };

/** A migrated database of this file's own. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin(server, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const url = databaseUrl(server, name);
  const pool = createPool({ connectionString: url, max: 5, statementTimeoutMs: 30_000, name: 'test' }, () => {});
  return {
    url,
    pool,
    async drop() {
      await pool.end();
      await admin(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function admin(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
