import type pg from 'pg';
import { ADVISORY_LOCKS } from '#lib/db/advisory-locks.ts';
import { inTransaction } from '#lib/db/pool.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export type Retention = { readonly rawMs: number; readonly minuteMs: number; readonly hourMs: number };

export const DEFAULT_RETENTION: Retention = { rawMs: 2 * DAY_MS, minuteMs: 30 * DAY_MS, hourMs: 730 * DAY_MS };

/** Partition widths: old rows go by dropping whole partitions, so at most one width more than the retention is kept. */
const PARTITIONED = [
  { table: 'engine_sample', widthMs: 6 * HOUR_MS, keep: 'rawMs' },
  { table: 'gpu_sample', widthMs: 6 * HOUR_MS, keep: 'rawMs' },
  { table: 'scrape', widthMs: 6 * HOUR_MS, keep: 'rawMs' },
  { table: 'engine_1m', widthMs: 2 * DAY_MS, keep: 'minuteMs' },
  { table: 'gpu_1m', widthMs: 2 * DAY_MS, keep: 'minuteMs' },
  { table: 'engine_fleet_1m', widthMs: 2 * DAY_MS, keep: 'minuteMs' },
  { table: 'engine_10m', widthMs: 10 * DAY_MS, keep: 'minuteMs' },
  { table: 'gpu_10m', widthMs: 10 * DAY_MS, keep: 'minuteMs' },
  { table: 'engine_fleet_10m', widthMs: 10 * DAY_MS, keep: 'minuteMs' },
  { table: 'engine_1h', widthMs: 90 * DAY_MS, keep: 'hourMs' },
  { table: 'gpu_1h', widthMs: 90 * DAY_MS, keep: 'hourMs' },
  { table: 'engine_fleet_1h', widthMs: 90 * DAY_MS, keep: 'hourMs' },
] as const satisfies readonly { table: string; widthMs: number; keep: keyof Retention }[];

/** Rows stay whole in their page: bucket arrays that Postgres compresses are unpacked again for every bucket that is read. */
const WHOLE_ROW_BYTES = 8160;

export type PartitionWork = { readonly created: readonly string[]; readonly dropped: readonly string[] };

/**
 * Makes the partitions that cover [fromMs, toMs] and drops those that end before their retention.
 * Safe to run from several processes at once.
 */
export async function maintainPartitions(
  pool: pg.Pool,
  span: { readonly fromMs: number; readonly toMs: number; readonly nowMs: number },
  retention: Retention,
): Promise<PartitionWork> {
  return inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.partitions]);
    const present = await presentPartitions(client);
    const created: string[] = [];
    const dropped: string[] = [];
    for (const { table, widthMs, keep } of PARTITIONED) {
      const oldestMs = span.nowMs - retention[keep];
      for (const startMs of starts(Math.max(span.fromMs, oldestMs), span.toMs, widthMs)) {
        const name = `${table}_${startMs}`;
        if (present.has(name)) continue;
        await client.query(
          `CREATE TABLE ${name} PARTITION OF ${table} FOR VALUES FROM (${startMs}) TO (${startMs + widthMs})
           WITH (toast_tuple_target = ${WHOLE_ROW_BYTES})`,
        );
        created.push(name);
      }
      for (const name of present) {
        if (name.startsWith(`${table}_`) && partitionStartMs(name, table) + widthMs < oldestMs) {
          await client.query(`DROP TABLE ${name}`);
          dropped.push(name);
        }
      }
    }
    return { created, dropped };
  });
}

function starts(fromMs: number, toMs: number, widthMs: number): number[] {
  const list: number[] = [];
  for (let startMs = Math.floor(fromMs / widthMs) * widthMs; startMs <= toMs; startMs += widthMs) list.push(startMs);
  return list;
}

function partitionStartMs(name: string, table: string): number {
  const startMs = Number(name.slice(table.length + 1));
  return Number.isSafeInteger(startMs) ? startMs : Number.POSITIVE_INFINITY;
}

async function presentPartitions(client: pg.PoolClient): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
     WHERE p.relname = ANY($1::text[])`,
    [PARTITIONED.map((entry) => entry.table)],
  );
  return new Set(rows.map((row) => row.name));
}
