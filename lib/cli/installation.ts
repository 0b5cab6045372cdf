import os from 'node:os';
import { Child, COLLECTOR_NODE_ARGS } from '#lib/cli/child.ts';
import type { DataDirLock } from '#lib/cli/data-dir.ts';
import { databaseFault, givenDatabaseUrl } from '#lib/cli/database-url.ts';
import { freePort, type RunningPostgres, startPostgres } from '#lib/cli/postgres.ts';
import { createLog, errorText, type Log } from '#lib/collector/log.ts';
import { sleep } from '#lib/collector/timer.ts';
import { migrate } from '#lib/db/migrate.ts';
import { createPool, type Pool } from '#lib/db/pool.ts';
import { createPrisma } from '#lib/db/prisma.ts';
import { saveProcesses } from '#lib/db/processes.ts';
import { createSecretBox } from '#lib/db/secret-box.ts';
import { saveSetting } from '#lib/db/settings.ts';
import { type StoredTarget, TargetStore } from '#lib/db/targets.ts';
import { demoTargets } from '#lib/simulator/demo-fleet.ts';
import type { TargetSettings } from '#lib/target/target.ts';

export type Plan = {
  readonly mode: 'real' | 'demo';
  readonly dataDir: string;
  readonly config: string | null;
  readonly host: string;
  readonly port: number;
  readonly secretKey: string;
  readonly lock: DataDirLock;
  readonly log: Log;
  readonly build: Promise<void>;
  /** Targets that were added while the demo ran. */
  readonly handOver: readonly TargetSettings[];
};

/** Why an installation ended. */
export type Ending =
  | { readonly kind: 'signal' }
  | { readonly kind: 'to-demo' }
  | { readonly kind: 'to-real'; readonly targets: readonly TargetSettings[] };

export type FirstTargets = () => Promise<{ kind: 'found'; targets: readonly TargetSettings[] } | { kind: 'demo' }>;

const SAVE_STATE_MS = 5000;
const WATCH_DEMO_MS = 1000;

/** Starts Postgres, migrations, then collector and web together, and stops them in the reverse order. */
export async function runInstallation(plan: Plan, firstTargets: FirstTargets | null): Promise<Ending> {
  const { log } = plan;
  const signal = untilSignal();
  const external = plan.mode === 'real' ? givenDatabaseUrl(process.env) : null;
  const postgres = external === null ? await startPostgres(plan.dataDir, createLog('postgres')) : null;
  const databaseUrl = postgres?.url ?? external ?? '';
  const pool = createPool(
    { connectionString: databaseUrl, max: 2, statementTimeoutMs: 30_000, name: 'start' },
    (error) => log.warn(`database connection lost: ${error.message}`),
  );
  const children: Child[] = [];
  const ended = new AbortController();
  try {
    const { applied } = await migrate(databaseUrl).catch((error: unknown) => {
      throw external === null ? error : databaseFault(external, error);
    });
    log.info(`database ready${applied.length > 0 ? `, ${applied.length} migrations applied` : ''}`);
    const db = createPrisma(pool);
    const targets = new TargetStore(db, createSecretBox(plan.secretKey));
    if ((await prepareTargets(plan, pool, targets, firstTargets)) === 'demo') return { kind: 'to-demo' };
    await plan.lock.note({ databaseUrl });
    const keeper = new StateKeeper(pool, children, postgres, log);
    const make = (name: string, args: string[], nodeArgs: readonly string[] = []): Child => {
      const child = new Child({
        name,
        args,
        nodeArgs,
        env: childEnv(plan, databaseUrl),
        log,
        write: (line) => process.stderr.write(line),
        onChange: () => keeper.save(),
      });
      children.push(child);
      return child;
    };
    if (plan.mode === 'demo') await startSimulator(make, targets);
    const collector = make(
      'collector',
      plan.mode === 'real' && plan.config !== null ? ['collector', '--config', plan.config] : ['collector'],
      COLLECTOR_NODE_ARGS,
    );
    const web = make('web', ['web', '--port', String(plan.port), '--host', plan.host]);
    await Promise.all([collector.start(), plan.build.then(() => web.start())]);
    const url = urlOf(plan, plan.host);
    await plan.lock.note({ databaseUrl, url });
    log.info(`ready: ${url}${plan.mode === 'demo' ? ' (simulated demo fleet)' : ''}`);
    log.info('the person at this machine is admin: there are no accounts yet');
    keeper.start();
    const onHup = (): void => children.find((child) => child.view().name === 'collector')?.signal('SIGHUP');
    process.on('SIGHUP', onHup);
    const ending = await Promise.race([
      signal.promise,
      plan.mode === 'demo' ? untilRealTarget(targets, ended.signal, log) : never(),
    ]);
    process.off('SIGHUP', onHup);
    keeper.stop();
    return ending;
  } finally {
    signal.dispose();
    ended.abort();
    for (const child of children.toReversed()) await child.stop();
    await pool.end();
    await postgres?.stop();
    log.info('stopped');
  }
}

/** An installation without any target gets those found on this machine, or becomes the demo. */
async function prepareTargets(
  plan: Plan,
  pool: Pool,
  targets: TargetStore,
  firstTargets: FirstTargets | null,
): Promise<'ready' | 'demo'> {
  await saveSetting(pool, 'demo', plan.mode === 'demo');
  for (const target of plan.handOver) await targets.create(target, 'api');
  if (plan.mode === 'demo' || firstTargets === null || plan.config !== null) return 'ready';
  if ((await targets.list()).length > 0) return 'ready';
  const first = await firstTargets();
  if (first.kind === 'demo') {
    plan.log.info('no target is configured and none answers on this machine: starting the simulated demo fleet');
    return 'demo';
  }
  for (const target of first.targets) await targets.create(target, 'found');
  plan.log.info(`found on this machine: ${first.targets.map((target) => target.name).join(', ')}`);
  return 'ready';
}

async function startSimulator(make: (name: string, args: string[]) => Child, targets: TargetStore): Promise<void> {
  const port = await freePort();
  await make('simulator', ['simulate', '--port', String(port), '--scenario', 'demo']).start();
  await targets.sync('demo', 'demo', demoTargets(`http://127.0.0.1:${port}`));
}

function childEnv(plan: Plan, databaseUrl: string): NodeJS.ProcessEnv {
  const reachable = !['127.0.0.1', '::1', 'localhost'].includes(plan.host);
  const hosts = [process.env.HEADROOM_ALLOWED_HOSTS ?? '', ...(reachable ? [plan.host, os.hostname()] : [])];
  return {
    ...process.env,
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    HEADROOM_SECRET_KEY: plan.secretKey,
    HEADROOM_PUBLIC_URL: process.env.HEADROOM_PUBLIC_URL || urlOf(plan, reachable ? os.hostname() : plan.host),
    HEADROOM_ALLOWED_HOSTS: hosts.filter((host) => host !== '').join(','),
    HEADROOM_TOKEN_REQUIRED: reachable ? '1' : '0',
  };
}

function urlOf({ port }: Plan, host: string): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function untilSignal(): { readonly promise: Promise<Ending>; dispose(): void } {
  let onSignal = (): void => {};
  const promise = new Promise<Ending>((resolve) => {
    onSignal = () => resolve({ kind: 'signal' });
  });
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    promise,
    dispose() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

function never(): Promise<Ending> {
  return new Promise(() => {});
}

/** Resolves when somebody adds a target of their own to the demo. */
async function untilRealTarget(targets: TargetStore, ended: AbortSignal, log: Log): Promise<Ending> {
  while (!ended.aborted) {
    await sleep(WATCH_DEMO_MS, ended);
    if (ended.aborted) break;
    try {
      const real = (await targets.list()).filter((target) => target.origin === 'api');
      if (real.length > 0) {
        log.info(`target ${real.map((target) => target.name).join(', ')} was added: the demo ends`);
        return { kind: 'to-real', targets: real.map(settingsOf) };
      }
    } catch (error) {
      log.warn(`the demo's targets cannot be read: ${errorText(error)}`);
    }
  }
  return never();
}

function settingsOf(target: StoredTarget): TargetSettings {
  const { id: _id, origin: _origin, originKey: _originKey, paused: _paused, ...settings } = target;
  return settings;
}

/** Writes down what the processes do, for the health page; a database that is away costs only this. */
class StateKeeper {
  readonly #pool: Pool;
  readonly #children: readonly Child[];
  readonly #postgres: RunningPostgres | null;
  readonly #log: Log;
  #timer: NodeJS.Timeout | null = null;
  #failed = false;

  constructor(pool: Pool, children: readonly Child[], postgres: RunningPostgres | null, log: Log) {
    this.#pool = pool;
    this.#children = children;
    this.#postgres = postgres;
    this.#log = log;
  }

  start(): void {
    this.#timer = setInterval(() => this.save(), SAVE_STATE_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  save(): void {
    const own = this.#postgres === null ? [] : [this.#postgres.view()];
    saveProcesses(this.#pool, [...own, ...this.#children.map((child) => child.view())]).then(
      () => {
        this.#failed = false;
      },
      (error: unknown) => {
        if (!this.#failed && !this.#pool.ended)
          this.#log.warn(`the state of the processes cannot be saved: ${errorText(error)}`);
        this.#failed = true;
      },
    );
  }
}
