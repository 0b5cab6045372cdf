import { EventEmitter } from 'node:events';
import { Logger, type Runner, run, type WorkerEvents } from 'graphile-worker';
import pg from 'pg';
import { z } from 'zod';
import type { Queryable } from '#lib/db/alerts.ts';

const TASK = 'deliver';
const WORKERS = 12;
/** One after the other within a queue: a hanging receiver holds this many workers and no more. */
const QUEUES_PER_CHANNEL = 3;
/** Retries wait for the next look; first tries are announced by NOTIFY. */
const POLL_MS = 1000;
const RECOVER_MS = 2000;
const RECONNECT_MS = 2000;

const PRESET = {
  worker: {
    // One look for all workers. More than one job at a look could be two of one queue, run beside each other.
    localQueue: { size: 1 },
    // Without a delay nobody takes the error of a job that cannot be released because the database is away.
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  },
};

export type QueuedDelivery = {
  readonly id: string;
  readonly channelId: number;
  readonly groupKey: string;
  readonly delayMs: number;
};

/**
 * Adds the jobs of deliveries, in the caller's transaction: they exist if and only if it commits. Deliveries of one
 * channel and group run one after the other, so that a resolved message never overtakes a firing one.
 */
export async function queueDeliveries(client: Queryable, deliveries: readonly QueuedDelivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  await client.query(
    `SELECT count(*) FROM graphile_worker.add_jobs(ARRAY(
       SELECT (jsonb_populate_record(NULL::graphile_worker.job_spec, jsonb_build_object('identifier', $1::text,
         'payload', jsonb_build_object('id', x.id), 'queue_name', x.queue, 'job_key', x.id,
         'run_at', now() + x.delay * interval '1 ms')))
       FROM unnest($2::text[], $3::text[], $4::float8[]) AS x (id, queue, delay)))`,
    [
      TASK,
      deliveries.map((delivery) => delivery.id),
      deliveries.map((delivery) => `channel-${delivery.channelId}-${hash(delivery.groupKey) % QUEUES_PER_CHANNEL}`),
      deliveries.map((delivery) => delivery.delayMs),
    ],
  );
}

function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return sum >>> 0;
}

export type DeliveryQueueOptions = {
  readonly connectionString: string;
  /** Sends one delivery; what it throws is tried again later. */
  readonly work: (deliveryId: string, signal: AbortSignal) => Promise<void>;
  readonly onError: (text: string) => void;
};

export type DeliveryQueue = { stop(): Promise<void> };

const Payload = z.object({ id: z.string() });

/**
 * Works the queue until stopped. Each round of workers holds an advisory lock under its name on a session of its own: when
 * the process dies Postgres lets it go, and whoever looks next frees the jobs that the dead one had taken. When the session
 * is lost (Postgres restarted) a new round begins under a new name.
 */
export function startDeliveryQueue(options: DeliveryQueueOptions): DeliveryQueue {
  const stop = new AbortController();
  const rounds = (async () => {
    while (!stop.signal.aborted) {
      try {
        await workRound(options, stop.signal);
      } catch (error) {
        options.onError(`delivery queue: ${error instanceof Error ? error.message : String(error)}`);
      }
      await pause(RECONNECT_MS, stop.signal);
    }
  })();
  return {
    async stop() {
      stop.abort();
      await rounds;
    },
  };
}

async function workRound(options: DeliveryQueueOptions, stop: AbortSignal): Promise<void> {
  const { connectionString, onError } = options;
  const life = new pg.Client({ connectionString, application_name: 'headroom-outbox-life', keepAlive: true });
  const over = new AbortController();
  life.on('error', () => over.abort());
  life.on('end', () => over.abort());
  const pool = new pg.Pool({
    connectionString,
    max: WORKERS + 2,
    application_name: 'headroom-outbox',
    keepAlive: true,
  });
  pool.on('error', (error) => onError(`delivery queue: ${error.message}`));
  pool.on('connect', (client) => {
    client.on('error', (error) => onError(`delivery queue: ${error.message}`));
  });
  let runner: Runner | null = null;
  try {
    await life.connect();
    await freeDeadWorkers(pool);
    const events: WorkerEvents = new EventEmitter();
    events.on('pool:create', ({ workerPool }) => {
      life.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [workerPool.id]).catch(() => over.abort());
    });
    runner = await run({
      pgPool: pool,
      concurrency: WORKERS,
      pollInterval: POLL_MS,
      noHandleSignals: true,
      preset: PRESET,
      events,
      logger: loggerTo(onError),
      taskList: {
        [TASK]: async (payload, { abortSignal }) =>
          options.work(Payload.parse(payload).id, abortSignal ?? new AbortController().signal),
      },
    });
    runner.promise.catch((error: unknown) => {
      onError(`delivery queue: ${String(error)}`);
      over.abort();
    });
    const ended = AbortSignal.any([stop, over.signal]);
    while (!ended.aborted) {
      await pause(RECOVER_MS, ended);
      if (!ended.aborted) await freeDeadWorkers(pool);
    }
  } finally {
    await runner?.stop().catch((error: unknown) => onError(`delivery queue, at its end: ${String(error)}`));
    await life.end().catch(() => {});
    await pool.end();
  }
}

/**
 * Frees what dead workers hold: nobody holds their name's lock. A job that is taken for five minutes is stuck whoever holds
 * it, for a try ends within a minute. Freed jobs run again; the receiver may get a message twice, under the same id.
 */
async function freeDeadWorkers(pool: pg.Pool): Promise<void> {
  await pool.query(
    `SELECT graphile_worker.force_unlock_workers(array_agg(dead.locked_by))
     FROM (SELECT locked_by FROM (SELECT locked_by, min(locked_at) AS since FROM graphile_worker.jobs
             WHERE locked_by IS NOT NULL GROUP BY locked_by) taken
           WHERE since < now() - interval '5 minutes'
             OR pg_try_advisory_xact_lock(hashtextextended(locked_by, 0))) dead
     HAVING count(*) > 0`,
  );
}

/** graphile-worker tells of every job; only what went wrong is worth a line, and its advice on `localQueue` is not. */
function loggerTo(onError: (text: string) => void): Logger {
  return new Logger(() => (level, message) => {
    if (message.startsWith('Your job batch size')) return;
    if (level === 'error' || level === 'warning') onError(`delivery queue: ${message}`);
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
