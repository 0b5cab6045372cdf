import { watchChannels } from '#lib/collector/channel-watch.ts';
import { errorText, type Log } from '#lib/collector/log.ts';
import { Resender } from '#lib/collector/resender.ts';
import { every, sleep } from '#lib/collector/timer.ts';
import type { ChannelStore } from '#lib/db/channels.ts';
import { claimDelivery } from '#lib/db/claim-delivery.ts';
import { type DeliveryQueue, startDeliveryQueue } from '#lib/db/delivery-queue.ts';
import { enqueueDue } from '#lib/db/due-notifications.ts';
import { finishDelivery } from '#lib/db/finish-delivery.ts';
import { Leadership } from '#lib/db/leadership.ts';
import { GROUP_WAIT_MS } from '#lib/db/notifications.ts';
import { dropOldDeliveries } from '#lib/db/old-deliveries.ts';
import type { Pool } from '#lib/db/pool.ts';
import { deliver } from '#lib/notify/deliver.ts';

export type NotifierOptions = {
  readonly pool: Pool;
  readonly connectionString: string;
  readonly channels: ChannelStore;
  /** Where people open Headroom, without a slash at the end. */
  readonly baseUrl: string;
  /** Whether rules are being evaluated now; heartbeats stop when they are not. */
  readonly isEvaluating: () => boolean;
  /** How often it is looked for what became due by time alone. */
  readonly dueMs?: number;
  readonly log: Log;
  readonly clock: () => number;
};

const DUE_MS = 5000;
const STANDING_MS = 1000;
const OLD_MS = 3_600_000;

/** Sends what is in the outbox, and writes into it what becomes due by time alone. Any number may run beside each other. */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #stop = new AbortController();
  readonly #leadership: Leadership;
  readonly #resender: Resender;
  #queue: DeliveryQueue | null = null;
  #loops: Promise<void>[] = [];

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#leadership = new Leadership(options.connectionString);
    this.#resender = new Resender(options);
  }

  start(): void {
    const { connectionString, pool, log, clock, dueMs = DUE_MS } = this.#options;
    const loop = (name: string, everyMs: number, work: () => Promise<unknown>): Promise<void> =>
      every(
        everyMs,
        this.#stop.signal,
        async () => {
          if (await this.#leadership.hold()) await work();
        },
        (error) => log.warn(`${name}: ${errorText(error)}`),
      );
    this.#queue = startDeliveryQueue({
      connectionString,
      work: (id, signal) => this.#send(id, signal),
      onError: (text) => log.warn(text),
    });
    this.#loops = [
      loop('due notifications', dueMs, () => enqueueDue(pool, clock())),
      loop('channels', dueMs, () => watchChannels(pool, dueMs, clock())),
      loop('heartbeats and resends', STANDING_MS, () => this.#resender.run()),
      loop('old deliveries', OLD_MS, () => dropOldDeliveries(pool, clock())),
    ];
  }

  /** Ends tries that are under way within seconds; they are made again by whoever works the queue next. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#loops);
    await this.#queue?.stop();
    await this.#leadership.close();
  }

  async #send(id: string, signal: AbortSignal): Promise<void> {
    const { pool, channels, baseUrl, clock, log } = this.#options;
    await this.#waitForGroup(id, signal);
    const claimed = await claimDelivery(pool, id, baseUrl, clock());
    if (claimed === null) return;
    const channel = await channels.find(claimed.channelId);
    if (channel === null) return;
    const result = await deliver(claimed.notification, channel, clock(), signal);
    const state = await finishDelivery(pool, claimed, result, clock());
    if (state === 'sent') return;
    const words = `${channel.name}: ${claimed.notification.kind} not taken (${result.status ?? 'no answer'}: ${result.answer})`;
    log.warn(state === 'dead' ? `${words}; given up` : `${words}; try ${claimed.tries + 1} follows`);
  }

  /** The first try waits for what else happens to the same group at this moment. */
  async #waitForGroup(id: string, signal: AbortSignal): Promise<void> {
    const { pool, clock } = this.#options;
    const { rows } = await pool.query<{ next_try_ms: number | null }>(
      'SELECT next_try_ms FROM delivery WHERE id = $1 AND tries = 0',
      [id],
    );
    const untilMs = rows[0]?.next_try_ms ?? null;
    if (untilMs !== null) await sleep(Math.min(GROUP_WAIT_MS, untilMs - clock()), signal);
  }
}
