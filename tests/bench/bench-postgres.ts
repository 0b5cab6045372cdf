import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startPostgres } from '#lib/cli/postgres.ts';
import { createLog } from '#lib/collector/log.ts';
import { migrate } from '#lib/db/migrate.ts';

export type BenchPostgres = { readonly url: string; readonly pid: number; readonly dir: string; stop(): Promise<void> };

/**
 * The embedded Postgres with the settings that `headroom start` gives it, migrated: in `keptDir`, or in a directory that
 * `stop` removes.
 */
export async function startBenchPostgres(keptDir?: string): Promise<BenchPostgres> {
  const dir = keptDir ?? (await mkdtemp(path.join(os.tmpdir(), 'headroom-bench-')));
  await mkdir(dir, { recursive: true });
  const postgres = await startPostgres(dir, createLog('postgres'));
  const { pid } = postgres.view();
  if (pid === null) throw new Error('Postgres does not run');
  await migrate(postgres.url);
  return {
    url: postgres.url,
    pid,
    dir,
    async stop() {
      await postgres.stop();
      if (keptDir === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}
