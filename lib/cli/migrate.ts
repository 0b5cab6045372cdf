import type { Options } from '#lib/cli/arguments.ts';
import { withDatabase } from '#lib/cli/database.ts';
import { UsageError } from '#lib/cli/usage.ts';
import { createLog } from '#lib/collector/log.ts';
import { migrate } from '#lib/db/migrate.ts';
import { createPool } from '#lib/db/pool.ts';
import { rebuildRollups } from '#lib/db/rollup.ts';
import { parseInstantMs } from '#lib/metrics/time-range.ts';

/** `headroom migrate` */
export async function runMigrate(options: Options): Promise<void> {
  const fromMs = options.rebuildRollupsFrom === null ? null : parseInstantMs(options.rebuildRollupsFrom, Date.now());
  if (options.rebuildRollupsFrom !== null && fromMs === null) {
    throw new UsageError(`--rebuild-rollups-from: "${options.rebuildRollupsFrom}" is not a time such as now-7d`);
  }
  const log = createLog('migrate');
  await withDatabase(options.dataDir, log, async (databaseUrl) => {
    const { applied, present } = await migrate(databaseUrl);
    log.info(applied.length === 0 ? `up to date (${present.length} migrations)` : `applied ${applied.join(', ')}`);
    if (fromMs === null) return;
    const pool = createPool(
      { connectionString: databaseUrl, max: 1, statementTimeoutMs: 600_000, name: 'migrate' },
      (error) => log.warn(error.message),
    );
    await rebuildRollups(pool, fromMs);
    await pool.end();
    log.info('the collector makes the roll-ups from there on anew');
  });
}
