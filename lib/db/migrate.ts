import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { ADVISORY_LOCKS } from '#lib/db/advisory-locks.ts';

const MIGRATIONS_DIR = path.join(import.meta.dirname, '../../prisma/migrations');

export type MigrationResult = { readonly applied: readonly string[]; readonly present: readonly string[] };

/**
 * Applies prisma/migrations in order, each in one transaction, and records them in `_prisma_migrations` with Prisma's
 * own checksum, so that `prisma migrate status` agrees where Prisma's engine can be had.
 * Throws when an applied migration was edited, or when the database is ahead of this version.
 */
export async function migrate(connectionString: string): Promise<MigrationResult> {
  const client = new pg.Client({ connectionString, options: '-c TimeZone=UTC', application_name: 'headroom-migrate' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.migrate]);
    await client.query(MIGRATIONS_TABLE);
    const result = await applyPending(client);
    // The tables of the job queue are its own; a newer version of it brings its own migrations.
    await runMigrations({ connectionString });
    return result;
  } finally {
    await client.end();
  }
}

async function applyPending(client: pg.Client): Promise<MigrationResult> {
  const files = await readMigrations();
  const rows = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE rolled_back_at IS NULL AND finished_at IS NOT NULL',
  );
  const recorded = new Map(rows.rows.map((row) => [row.migration_name, row.checksum]));
  const unknown = [...recorded.keys()].filter((name) => !files.some((file) => file.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `the database has migrations that this version does not know (${unknown.join(', ')}): start a newer Headroom`,
    );
  }
  const applied: string[] = [];
  for (const file of files) {
    const checksum = recorded.get(file.name);
    if (checksum === file.checksum) continue;
    if (checksum !== undefined) throw new Error(`migration ${file.name} was edited after it had been applied`);
    await applyOne(client, file);
    applied.push(file.name);
  }
  return { applied, present: files.map((file) => file.name) };
}

type MigrationFile = { readonly name: string; readonly sql: string; readonly checksum: string };

async function readMigrations(): Promise<readonly MigrationFile[]> {
  const entries = await readdir(MIGRATIONS_DIR, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(path.join(MIGRATIONS_DIR, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function applyOne(client: pg.Client, file: MigrationFile): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(file.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), now(), 1)`,
      [randomUUID(), file.checksum, file.name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`migration ${file.name} failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id varchar(36) PRIMARY KEY,
  checksum varchar(64) NOT NULL,
  finished_at timestamptz,
  migration_name varchar(255) NOT NULL,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(),
  applied_steps_count integer NOT NULL DEFAULT 0
)`;
