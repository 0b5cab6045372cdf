import os from 'node:os';
import path from 'node:path';
import { Collector } from '#lib/collector/collector.ts';
import { Configuration } from '#lib/collector/configuration.ts';
import { createLog, errorText } from '#lib/collector/log.ts';
import { Notifier } from '#lib/collector/notifier.ts';
import { ChannelStore } from '#lib/db/channels.ts';
import { releaseLeasesOfDead } from '#lib/db/leases.ts';
import { enqueueNotifications } from '#lib/db/notifications.ts';
import { listenForHints } from '#lib/db/notify.ts';
import { createPool } from '#lib/db/pool.ts';
import { createPrisma } from '#lib/db/prisma.ts';
import { createSecretBox } from '#lib/db/secret-box.ts';
import { TargetStore } from '#lib/db/targets.ts';

export type CollectorProcessOptions = {
  readonly databaseUrl: string;
  readonly secretKey: string;
  readonly configFile: string | null;
  /** Where people open Headroom, for the links in messages. */
  readonly publicUrl: string;
  /** The collector on this machine that ended and is replaced by this one. */
  readonly replacesPid: number | null;
};

const STATEMENT_TIMEOUT_MS = 60_000;
/** The evaluator looks at least every 5 s; after this long without, no heartbeat says that all is well. */
const EVALUATOR_STALE_MS = 30_000;

/** Polls and stores until a signal, or until the supervisor is gone. */
export async function runCollector(options: CollectorProcessOptions): Promise<void> {
  const log = createLog('collector');
  const pool = createPool(
    { connectionString: options.databaseUrl, max: 8, statementTimeoutMs: STATEMENT_TIMEOUT_MS, name: 'collector' },
    (error) => log.warn(`database connection lost: ${error.message}`),
  );
  const db = createPrisma(pool);
  const box = createSecretBox(options.secretKey);
  const targets = new TargetStore(db, box);
  const channels = new ChannelStore(pool, box);
  const file = options.configFile === null ? null : path.resolve(options.configFile);
  const configuration = new Configuration({
    file,
    pool,
    targets,
    channels,
    log,
    clock: Date.now,
    onChange: () => collector.refresh(),
  });
  const collector: Collector = new Collector({
    pool,
    targets,
    smiCommand: () => configuration.smiCommand(),
    fastPolling: () => configuration.fastPolling(),
    log,
    clock: Date.now,
    enqueue: enqueueNotifications,
  });
  const notifier = new Notifier({
    pool,
    connectionString: options.databaseUrl,
    channels,
    baseUrl: options.publicUrl,
    isEvaluating: () => Date.now() - (collector.evaluatedAtMs() ?? 0) < EVALUATOR_STALE_MS,
    log,
    clock: Date.now,
  });
  await configuration.start();
  if (options.replacesPid !== null) {
    const dead = { host: os.hostname(), pid: options.replacesPid };
    if ((await releaseLeasesOfDead(pool, dead)) > 0) log.info(`takes over the targets of process ${dead.pid}`);
  }
  await collector.start();
  notifier.start();
  const hints = listenForHints(
    options.databaseUrl,
    (topic) => {
      if (topic === 'targets') collector.refresh();
      if (topic === 'rules') collector.refreshRules();
    },
    (error) => log.warn(`hints: ${error.message}`),
  );
  process.on('SIGHUP', () => void configuration.reload());
  log.info('runs');
  process.send?.('ready');

  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    const finish = async (): Promise<void> => {
      await configuration.stop();
      await collector.stop();
      await notifier.stop();
      await hints.close();
      await db.$disconnect();
      await pool.end();
    };
    finish().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error(`did not end cleanly: ${errorText(error)}`);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  process.once('disconnect', end);
}
