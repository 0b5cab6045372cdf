import { lockDataDir, readRunFile } from '#lib/cli/data-dir.ts';
import { databaseFault, givenDatabaseUrl } from '#lib/cli/database-url.ts';
import { startPostgres } from '#lib/cli/postgres.ts';
import type { Log } from '#lib/collector/log.ts';

/**
 * Runs `work` with the installation's database: DATABASE_URL, the one of a running Headroom on this data directory, or
 * the embedded one, started for this purpose alone.
 */
export async function withDatabase<T>(
  dataDir: string,
  log: Log,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  const given = givenDatabaseUrl(process.env);
  if (given !== null)
    return work(given).catch((error: unknown) => {
      throw databaseFault(given, error);
    });
  const running = readRunFile(dataDir);
  if (running?.databaseUrl !== undefined) return work(running.databaseUrl);
  const lock = await lockDataDir(dataDir);
  try {
    const postgres = await startPostgres(dataDir, log);
    try {
      return await work(postgres.url);
    } finally {
      await postgres.stop();
    }
  } finally {
    lock.release();
  }
}
