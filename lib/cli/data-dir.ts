import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isAlive } from '#lib/cli/postgres.ts';
import { UsageError } from '#lib/cli/usage.ts';

/** What a running installation writes down, for the other commands. */
export type RunFile = {
  readonly pid: number;
  readonly startedAt: string;
  readonly databaseUrl?: string;
  readonly url?: string;
};

export class DataDirBusyError extends Error {}

export type DataDirLock = {
  /** Adds what became known since. */
  note(facts: Partial<RunFile>): Promise<void>;
  release(): void;
};

const fileOf = (dataDir: string): string => path.join(dataDir, 'headroom.run');

/** Makes the directory and takes it. Throws DataDirBusyError, naming the pid, when another Headroom runs on it. */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  await mkdir(dataDir, { recursive: true }).catch((error: unknown) => {
    throw new UsageError(`--data-dir: ${error instanceof Error ? error.message : String(error)}`);
  });
  const file = fileOf(dataDir);
  let run: RunFile = { pid: process.pid, startedAt: new Date().toISOString() };
  for (let attempt = 0; ; attempt++) {
    try {
      await writeFile(file, JSON.stringify(run), { flag: 'wx', mode: 0o600 });
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST') || attempt > 1) throw error;
      const other = readRunFile(dataDir);
      if (other !== null) {
        throw new DataDirBusyError(
          `${dataDir} is in use by Headroom with pid ${other.pid}, started ${other.startedAt}: stop it first, or give another --data-dir`,
        );
      }
      rmSync(file, { force: true });
    }
  }
  return {
    async note(facts) {
      run = { ...run, ...facts };
      await writeFile(file, JSON.stringify(run), { mode: 0o600 });
    },
    release: () => rmSync(file, { force: true }),
  };
}

/** The Headroom that runs on this directory now, or null. */
export function readRunFile(dataDir: string): RunFile | null {
  const file = fileOf(dataDir);
  if (!existsSync(file)) return null;
  try {
    const run = JSON.parse(readFileSync(file, 'utf8')) as RunFile;
    return isAlive(run.pid) && isHeadroom(run.pid) ? run : null;
  } catch {
    return null;
  }
}

/** Process ids are used again; on Linux the command line tells. */
function isHeadroom(pid: number): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('headroom');
  } catch {
    return false;
  }
}

/** HEADROOM_SECRET_KEY, or a key of its own in the data directory. */
export async function readSecretKey(dataDir: string): Promise<string> {
  if (process.env.HEADROOM_SECRET_KEY !== undefined && process.env.HEADROOM_SECRET_KEY !== '')
    return process.env.HEADROOM_SECRET_KEY;
  const file = path.join(dataDir, 'secret.key');
  if (!existsSync(file)) await writeFile(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  return (await readFile(file, 'utf8')).trim();
}
