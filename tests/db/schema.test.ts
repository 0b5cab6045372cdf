import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORED_FIELDS, TIERS, tableOf } from '#lib/db/columns.ts';
import { migrate } from '#lib/db/migrate.ts';
import { SUBJECT_KINDS } from '#lib/metrics/sample.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

type Column = { name: string; type: string; nullable: boolean };

async function columnsOf(table: string): Promise<Column[]> {
  const { rows } = await database.pool.query<Column>(
    `SELECT column_name AS name, udt_name AS type, is_nullable = 'YES' AS nullable FROM information_schema.columns
     WHERE table_name = $1 ORDER BY column_name`,
    [table],
  );
  return rows;
}

const SQL_TYPE: Readonly<Record<string, string>> = {
  Int: 'int4',
  BigInt: 'int8',
  String: 'text',
  Boolean: 'bool',
  Float: 'float8',
  Json: 'jsonb',
  DateTime: 'timestamptz',
};

/** Tables and columns that schema.prisma declares. */
function prismaModels(): { table: string; columns: Column[] }[] {
  const text = readFileSync(path.join(import.meta.dirname, '../../prisma/schema.prisma'), 'utf8');
  return [...text.matchAll(/^model \w+ \{([\s\S]*?)^\}/gm)].map((model) => {
    const body = model[1] ?? '';
    const columns = body.split('\n').flatMap((line): Column[] => {
      const field = /^\s+(\w+)\s+(\w+)(\?|\[\])?\s*(.*)$/.exec(line);
      const type = SQL_TYPE[field?.[2] ?? ''];
      if (field === null || type === undefined || line.trim().startsWith('//')) return [];
      const name = /@map\("(\w+)"\)/.exec(field[4] ?? '')?.[1] ?? field[1] ?? '';
      return [{ name, type: field[3] === '[]' ? `_${type}` : type, nullable: field[3] === '?' }];
    });
    return {
      table: /@@map\("(\w+)"\)/.exec(body)?.[1] ?? '',
      columns: columns.sort((a, b) => (a.name < b.name ? -1 : 1)),
    };
  });
}

describe('the migrated database', () => {
  it.each(prismaModels())('has $table as schema.prisma declares it', async ({ table, columns }) => {
    expect(await columnsOf(table)).toEqual(columns);
  });

  it.each(SUBJECT_KINDS.flatMap((kind) => TIERS.map((tier) => ({ kind, tier }))))(
    'has a column for every canonical field of $kind $tier',
    async ({ kind, tier }) => {
      const names = new Set((await columnsOf(tableOf(kind, tier))).map((column) => column.name));
      const { gauges, counters, histograms } = STORED_FIELDS[kind];
      const parts = tier === 'raw' ? [''] : ['_min', '_max', '_sum', '_count', '_last'];
      const wanted = [
        ...gauges.flatMap((gauge) => parts.map((part) => `${gauge}${part}`)),
        ...counters.flatMap((counter) => (tier === 'raw' ? [counter] : [counter, `${counter}_min`, `${counter}_max`])),
        ...histograms.flatMap((histogram) => [`h_${histogram}`, `h_${histogram}_sum`]),
      ];
      expect(wanted.filter((name) => !names.has(name))).toEqual([]);
    },
  );

  it('takes a second migration run as a no-op', async () => {
    expect((await migrate(database.url)).applied).toEqual([]);
  });

  it('refuses a migration that was edited after it had been applied', async () => {
    await database.pool.query("UPDATE _prisma_migrations SET checksum = 'other'");
    await expect(migrate(database.url)).rejects.toThrow(/was edited/);
  });

  it('refuses a database that is ahead of this version', async () => {
    await database.pool.query("UPDATE _prisma_migrations SET migration_name = '29990101000000_future'");
    await expect(migrate(database.url)).rejects.toThrow(/newer Headroom/);
  });
});
