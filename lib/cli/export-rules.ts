import type { Options } from '#lib/cli/arguments.ts';
import { withDatabase } from '#lib/cli/database.ts';
import { createLog } from '#lib/collector/log.ts';
import { createPool } from '#lib/db/pool.ts';
import { exportRules } from '#lib/service/export-rules.ts';

/** `headroom export-rules`: the rules of this installation on stdout. */
export async function runExportRules(options: Options): Promise<void> {
  const log = createLog('export');
  await withDatabase(options.dataDir, log, async (databaseUrl) => {
    const pool = createPool(
      { connectionString: databaseUrl, max: 1, statementTimeoutMs: 30_000, name: 'export' },
      (error) => log.warn(error.message),
    );
    try {
      process.stdout.write(await exportRules(pool, { format: options.format, profile: options.profile }));
    } finally {
      await pool.end();
    }
  });
}
