import { mkdir } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import type { Options } from '#lib/cli/arguments.ts';
import { checkConfig } from '#lib/cli/check-config.ts';
import { lockDataDir, readSecretKey } from '#lib/cli/data-dir.ts';
import { type Ending, type Plan, runInstallation } from '#lib/cli/installation.ts';
import { findLocalTargets } from '#lib/cli/probe.ts';
import { publicUrl } from '#lib/cli/public-url.ts';
import { UsageError } from '#lib/cli/usage.ts';
import { ensureWebBuild } from '#lib/cli/web-build.ts';
import { createLog } from '#lib/collector/log.ts';

const DEFAULT_PORT = 3000;
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/** `headroom start`: the whole installation, until a signal. Adding a real target to the demo moves over to the real one. */
export async function start(options: Options): Promise<void> {
  const log = createLog('start');
  const port = options.port ?? DEFAULT_PORT;
  checkHost(options.host);
  publicUrl();
  await checkPort(options.host, port);
  if (options.config !== null) {
    const checked = await checkConfig(options.config);
    if (!checked.ok) throw new UsageError(checked.text);
  }
  const lock = await lockDataDir(options.dataDir);
  try {
    const secretKey = await readSecretKey(options.dataDir);
    const plan = { ...options, port, secretKey, lock, log, build: ensureWebBuild(log) };
    // The build is awaited where it is needed; until then a failure must not end the process unheard.
    plan.build.catch(() => {});
    let ending: Ending = options.demo
      ? { kind: 'to-demo' }
      : await runInstallation({ ...plan, mode: 'real', handOver: [] }, firstTargets);
    while (ending.kind !== 'signal') ending = await next(plan, ending);
  } finally {
    lock.release();
  }
}

type BasePlan = Omit<Plan, 'mode' | 'handOver'>;

async function next(plan: BasePlan, ending: Exclude<Ending, { kind: 'signal' }>): Promise<Ending> {
  if (ending.kind === 'to-real') return runInstallation({ ...plan, mode: 'real', handOver: ending.targets }, null);
  const dataDir = path.join(plan.dataDir, 'demo');
  await mkdir(dataDir, { recursive: true });
  return runInstallation({ ...plan, dataDir, mode: 'demo', handOver: [] }, null);
}

/** What to do with an installation that has no target at all: what answers here, otherwise the demo. */
async function firstTargets() {
  const found = await findLocalTargets();
  return found.length > 0 ? { kind: 'found' as const, targets: found } : { kind: 'demo' as const };
}

function checkHost(host: string): void {
  if (LOOPBACK.includes(host) || (process.env.HEADROOM_BOOTSTRAP_TOKEN ?? '') !== '') return;
  throw new UsageError(
    `--host ${host} can be reached by others, and there is no account yet: set HEADROOM_BOOTSTRAP_TOKEN to a secret of your own, or listen on 127.0.0.1`,
  );
}

async function checkPort(host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = net.createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(new UsageError(`port ${port} on ${host} is taken by another program: stop it, or give another --port`));
      else if (error.code === 'EACCES')
        reject(new UsageError(`port ${port} may not be opened by this user: give a --port above 1023`));
      else reject(new UsageError(`cannot listen on ${host}:${port}: ${error.message}`));
    });
    server.listen(port, host, () => server.close(() => resolve()));
  });
}
