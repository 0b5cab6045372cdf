import pg from 'pg';

const INT8 = 20;
const FLOAT4_ARRAY = 1021;

const parseNumbers = (text: string): number[] => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number));

/** bigint columns hold epoch milliseconds and counts, all below 2^53; bucket arrays need no general array parser. */
const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format === 'binary') return pg.types.getTypeParser(oid, 'binary');
    if (oid === INT8) return Number;
    if (oid === FLOAT4_ARRAY) return parseNumbers;
    return pg.types.getTypeParser(oid, 'text');
  },
};

export type Pool = pg.Pool;
export type Client = pg.ClientBase;

export type PoolOptions = {
  readonly connectionString: string;
  readonly max: number;
  readonly statementTimeoutMs: number;
  readonly name: string;
};

/**
 * A pool whose sessions run in UTC (Prisma's adapter reads timestamptz text as UTC) and end statements at the timeout.
 * Errors of idle connections go to `onError`, those of a connection at work to its statement.
 */
export function createPool(options: PoolOptions, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: options.max,
    connectionTimeoutMillis: 5000,
    statement_timeout: options.statementTimeoutMs,
    application_name: `headroom-${options.name}`,
    options: '-c TimeZone=UTC',
    keepAlive: true,
    types,
  });
  pool.on('error', onError);
  // A session lost while it is lent fails its statement; the error that it emits besides, if nobody took it, would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Runs `work` in one transaction on one connection; rolls back and rethrows on failure. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
