import { saveFastPolls } from '#lib/db/fast-polling.ts';
import { sendHint } from '#lib/db/notify.ts';
import type { Pool } from '#lib/db/pool.ts';
import { chooseFast, type FastPollingSettings, type FastReason, type FastTarget } from '#lib/target/fast-polling.ts';

export type FastPollingOptions = {
  readonly pool: Pool;
  readonly settings: () => FastPollingSettings;
  readonly clock: () => number;
  /** The targets that ask to be polled fast now, and why. */
  readonly wanted: () => ReadonlyMap<number, FastReason>;
  /** The pollers of this collector, by target. */
  readonly pollers: () => ReadonlyMap<number, { setFast(intervalMs: number | null): void }>;
};

/** The rows that tell of it are renewed this often. */
const TOLD_MS = 10_000;

/** Which targets of this collector are polled faster than their interval, while a burst or a pending alert lasts on them. */
export class FastPolling {
  readonly #options: FastPollingOptions;
  #fast: ReadonlyMap<number, FastTarget> = new Map();
  #told = { atMs: 0, text: '' };

  constructor(options: FastPollingOptions) {
    this.#options = options;
  }

  /** Chooses anew. One suspicious poll is enough to look closer: the next poll comes at once. */
  steer(): void {
    const { settings, clock, wanted, pollers } = this.#options;
    const { intervalMs } = settings();
    const own = pollers();
    const running = new Map([...wanted()].filter(([id]) => own.has(id)));
    this.#fast = chooseFast(this.#fast, running, settings(), clock());
    for (const [id, poller] of own) poller.setFast(this.#fast.has(id) ? intervalMs : null);
  }

  /** Pages show which targets are polled fast; also the end of a hold is seen here, when nothing is stored. */
  async tell(): Promise<void> {
    this.steer();
    const { pool, clock, settings, pollers } = this.#options;
    const nowMs = clock();
    const { intervalMs } = settings();
    const fast = [...this.#fast].map(([targetId, { sinceMs, reason }]) => ({ targetId, intervalMs, sinceMs, reason }));
    const text = JSON.stringify(fast);
    if (text === this.#told.text && nowMs - this.#told.atMs < TOLD_MS) return;
    await saveFastPolls(pool, [...pollers().keys()], fast, nowMs);
    if (text !== this.#told.text) await sendHint(pool, 'bursts');
    this.#told = { atMs: nowMs, text };
  }

  /** Another collector polls this target now. */
  forget(targetId: number): void {
    this.#fast = new Map([...this.#fast].filter(([id]) => id !== targetId));
  }

  /** Nothing is polled fast from here any more. */
  async end(): Promise<void> {
    const { pool, clock, pollers } = this.#options;
    await saveFastPolls(pool, [...pollers().keys()], [], clock());
  }
}
