import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '#lib/cli/postgres.ts';
import { until } from '#tests/until.ts';

export const ROOT = path.join(import.meta.dirname, '../..');
const COMMAND = path.join(ROOT, 'lib/cli/headroom.ts');

export type Headroom = {
  readonly url: string;
  readonly dataDir: string;
  readonly process: ChildProcess;
  output(): string;
  /** Ends it as Ctrl-C does; gives the exit code. */
  interrupt(): Promise<number | null>;
  /** Ends it and removes its data. */
  dispose(): Promise<void>;
};

export type HeadroomOptions = { readonly args?: readonly string[]; readonly dataDir?: string; readonly port?: number };

/** Runs `headroom start` as a user would. Resolves when it says that it is ready; rejects with its output when it ends before. */
export async function startHeadroom(options: HeadroomOptions = {}): Promise<Headroom> {
  const dataDir = options.dataDir ?? (await mkdtemp(path.join(os.tmpdir(), 'headroom-e2e-')));
  const port = options.port ?? (await freePort());
  const { DATABASE_URL: _url, ...env } = process.env;
  const child = spawn(
    process.execPath,
    [COMMAND, 'start', '--port', String(port), '--data-dir', dataDir, ...(options.args ?? [])],
    {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ready = until(() => /ready: http/.test(output) || (child.exitCode !== null && 'ended'));
  const interrupt = (): Promise<number | null> => {
    child.kill('SIGINT');
    return exit;
  };
  if ((await ready) === 'ended') throw new Error(output);
  return {
    url: `http://127.0.0.1:${port}`,
    dataDir,
    process: child,
    output: () => output,
    interrupt,
    async dispose() {
      if (child.exitCode === null) await interrupt();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
