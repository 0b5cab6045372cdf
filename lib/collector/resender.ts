import type { Notification } from '#lib/api/notification.ts';
import type { Log } from '#lib/collector/log.ts';
import type { ChannelStore, StoredChannel } from '#lib/db/channels.ts';
import { recordStanding } from '#lib/db/deliveries.ts';
import { installationId } from '#lib/db/installation-id.ts';
import type { Pool } from '#lib/db/pool.ts';
import { toldAlerts } from '#lib/db/told-alerts.ts';
import { RESEND_MS, RESEND_RESOLVED_MS } from '#lib/notify/channels/alertmanager.ts';
import { deliver } from '#lib/notify/deliver.ts';
import { plainNotification } from '#lib/notify/message.ts';
import type { DeliveryResult } from '#lib/notify/verdict.ts';

export type ResenderOptions = {
  readonly pool: Pool;
  readonly channels: ChannelStore;
  readonly baseUrl: string;
  readonly isEvaluating: () => boolean;
  readonly log: Log;
  readonly clock: () => number;
};

/** What channels hear without any transition: heartbeats, and for Alertmanagers every firing alert each minute. */
export class Resender {
  readonly #options: ResenderOptions;
  readonly #sentAtMs = new Map<number, number>();
  readonly #running = new Set<number>();

  constructor(options: ResenderOptions) {
    this.#options = options;
  }

  /** Starts what is due; one that hangs holds up none of the others. */
  async run(): Promise<void> {
    const nowMs = this.#options.clock();
    for (const channel of await this.#options.channels.list()) {
      const everyMs = intervalOf(channel);
      const isDue = everyMs !== null && nowMs - (this.#sentAtMs.get(channel.id) ?? 0) >= everyMs;
      if (!channel.enabled || !isDue || this.#running.has(channel.id)) continue;
      // A heart that beats although nobody evaluates would hide just what it is there to show.
      if (channel.settings.kind === 'heartbeat' && !this.#options.isEvaluating()) continue;
      this.#sentAtMs.set(channel.id, nowMs);
      this.#running.add(channel.id);
      void this.#beat(channel, nowMs).finally(() => this.#running.delete(channel.id));
    }
  }

  async #beat(channel: StoredChannel, nowMs: number): Promise<void> {
    const { pool, log } = this.#options;
    const kind = channel.settings.kind === 'heartbeat' ? 'heartbeat' : 'resend';
    try {
      const result = await this.#sendAll(channel, await this.#messages(channel, nowMs), nowMs);
      if (result === null) return;
      await recordStanding(pool, channel.id, kind, result, this.#options.clock());
      if (result.outcome !== 'ok') log.warn(`${channel.name}: ${kind} not taken (${result.answer})`);
    } catch (error) {
      log.warn(`${channel.name}: ${kind}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #messages(channel: StoredChannel, nowMs: number): Promise<readonly Notification[]> {
    const { pool, baseUrl } = this.#options;
    if (channel.settings.kind === 'alertmanager') {
      return toldAlerts(pool, channel.id, baseUrl, RESEND_RESOLVED_MS, nowMs);
    }
    const installation = await installationId(pool);
    const frame = { id: `heartbeat-${channel.id}`, groupKey: 'heartbeat', installation, baseUrl, nowMs };
    return [plainNotification('test', 'heartbeat', '', frame)];
  }

  /** The answer to the last one, or to the first that was not taken; null when there was nothing to send. */
  async #sendAll(
    channel: StoredChannel,
    messages: readonly Notification[],
    nowMs: number,
  ): Promise<DeliveryResult | null> {
    let result: DeliveryResult | null = null;
    for (const message of messages) {
      result = await deliver(message, channel, nowMs);
      if (result.outcome !== 'ok') return result;
    }
    return result;
  }
}

function intervalOf({ settings }: StoredChannel): number | null {
  if (settings.kind === 'heartbeat') return settings.intervalMs;
  return settings.kind === 'alertmanager' ? RESEND_MS : null;
}
