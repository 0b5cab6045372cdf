import type { Options } from '#lib/cli/arguments.ts';
import { seedHistory } from '#lib/cli/seed-history.ts';
import { createLog } from '#lib/collector/log.ts';
import { migrate } from '#lib/db/migrate.ts';
import { createPool } from '#lib/db/pool.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

/** `headroom seed`: the last `--days` of `--engines` simulated engines and their GPUs. */
export async function runSeed(options: Options, databaseUrl: string): Promise<void> {
  const log = createLog('seed');
  await migrate(databaseUrl);
  const pool = createPool(
    { connectionString: databaseUrl, max: 3, statementTimeoutMs: 600_000, name: 'seed' },
    (error) => log.warn(`database connection lost: ${error.message}`),
  );
  try {
    const toMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
    const { days, engines, seed } = options;
    await seedHistory(pool, log, { fromMs: toMs - days * DAY_MS, toMs, engines, seed });
  } finally {
    await pool.end();
  }
}
