import { spawn } from 'node:child_process';
import { COMMAND_FILE } from '#lib/cli/child.ts';
import { freePort } from '#lib/cli/postgres.ts';
import { ensureWebBuild } from '#lib/cli/web-build.ts';
import { createLog } from '#lib/collector/log.ts';

export type BenchWeb = { readonly url: string; readonly pid: number; stop(): Promise<void> };

/** The built web server on this database, as `headroom start` runs it. */
export async function startBenchWeb(databaseUrl: string): Promise<BenchWeb> {
  await ensureWebBuild(createLog('web'));
  const port = await freePort();
  const child = spawn(process.execPath, [COMMAND_FILE, 'web', '--port', String(port)], {
    env: { ...process.env, NODE_ENV: 'production', DATABASE_URL: databaseUrl, HEADROOM_SECRET_KEY: 'bench' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`the web process ended (${code})`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    async stop() {
      const done = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await done;
    },
  };
}
