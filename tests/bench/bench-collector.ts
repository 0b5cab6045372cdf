import { spawn } from 'node:child_process';
import { COLLECTOR_NODE_ARGS, COMMAND_FILE } from '#lib/cli/child.ts';
import { stopChild } from '#tests/bench/prometheus.ts';

export type BenchCollector = { readonly pid: number; stop(): Promise<void> };

/** A collector on this database, as `headroom start` runs it; resolves when it says that it is ready. */
export async function startBenchCollector(
  config: string,
  databaseUrl: string,
  nodeFlags: readonly string[] = [],
): Promise<BenchCollector> {
  const child = spawn(
    process.execPath,
    [...COLLECTOR_NODE_ARGS, ...nodeFlags, COMMAND_FILE, 'collector', '--config', config],
    {
      env: { ...process.env, NODE_ENV: 'production', DATABASE_URL: databaseUrl, HEADROOM_SECRET_KEY: 'bench' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`the collector ended (${code})`)));
  });
  return { pid: child.pid ?? 0, stop: () => stopChild(child) };
}
