import { errorText, type Log } from '#lib/collector/log.ts';
import { classifyFailure } from '#lib/db/failure.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';
import type { StoreResult } from '#lib/db/poll-store.ts';

export type WriterStats = {
  readonly waiting: number;
  readonly written: number;
  readonly dropped: number;
  readonly refused: number;
  readonly lastError: string | null;
  readonly lastWriteMs: number | null;
};

export type WriterOptions = {
  readonly store: (records: readonly PollRecord[]) => Promise<StoreResult>;
  /** Makes partitions for the times of these records. */
  readonly makeRoom: (records: readonly PollRecord[]) => Promise<void>;
  readonly onLost: (targetIds: ReadonlySet<number>) => void;
  readonly log: Log;
  readonly clock: () => number;
  /** Polls are gathered this long at the most, then written in one transaction. */
  readonly flushMs: number;
  /** Samples that may wait while the database is away. */
  readonly maxWaitingSamples: number;
};

const RETRY_MS = 1000;
const MAX_RECORDS_PER_WRITE = 2000;

/**
 * The only writer of polls. Records wait here until they are committed, in order; while the database is away they are
 * kept up to the limit. Beyond it `hasRoom` is false: polls are then not even normalised, so cursors stay and the
 * next stored poll carries the whole increase. What is lost is resolution, never a count.
 */
export class Writer {
  readonly #options: WriterOptions;
  #waiting: PollRecord[] = [];
  #waitingSamples = 0;
  #timer: NodeJS.Timeout | null = null;
  /** When the timer rings, by the clock of `performance`. */
  #dueMs = 0;
  /** The shortest wait that those asked for which came since the last write began. */
  #withinMs = Number.POSITIVE_INFINITY;
  #writing: Promise<void> | null = null;
  #written = 0;
  #dropped = 0;
  #refused = 0;
  #lastError: string | null = null;
  #lastWriteMs: number | null = null;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  hasRoom(): boolean {
    return this.#waitingSamples < this.#options.maxWaitingSamples;
  }

  /** Counts a poll that found no room; it will show as a gap. */
  countDropped(): void {
    this.#dropped++;
  }

  /** `withinMs`: a record that others wait for is written sooner, with all that wait. */
  add(record: PollRecord, withinMs = this.#options.flushMs): void {
    this.#waiting.push(record);
    this.#waitingSamples += record.samples.length + 1;
    this.#withinMs = Math.min(this.#withinMs, withinMs);
    this.#schedule(this.#nextMs());
  }

  stats(): WriterStats {
    return {
      waiting: this.#waiting.length,
      written: this.#written,
      dropped: this.#dropped,
      refused: this.#refused,
      lastError: this.#lastError,
      lastWriteMs: this.#lastWriteMs,
    };
  }

  /** Writes what waits, once; for an orderly stop. Returns how many records are still waiting. */
  async drain(): Promise<number> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#writing;
    while (this.#waiting.length > 0 && (await this.#writeOnce()));
    return this.#waiting.length;
  }

  #nextMs(): number {
    return Math.min(this.#withinMs, this.#options.flushMs);
  }

  #schedule(delayMs: number): void {
    if (this.#writing !== null) return;
    const dueMs = performance.now() + delayMs;
    // A database that is away is not asked more often because polls go on coming.
    const isRetry = this.#lastError !== null;
    if (this.#timer !== null && (isRetry || this.#dueMs <= dueMs)) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#writing = this.#run();
    }, delayMs);
  }

  async #run(): Promise<void> {
    const wentWell = await this.#writeOnce();
    this.#writing = null;
    if (this.#waiting.length > 0) this.#schedule(wentWell ? this.#nextMs() : RETRY_MS);
  }

  async #writeOnce(): Promise<boolean> {
    const batch = this.#waiting.slice(0, MAX_RECORDS_PER_WRITE);
    this.#withinMs = Number.POSITIVE_INFINITY;
    try {
      await this.#store(batch);
      this.#remove(batch);
      if (this.#lastError !== null) this.#options.log.info('the database takes samples again');
      this.#lastError = null;
      this.#lastWriteMs = this.#options.clock();
      return true;
    } catch (error) {
      return this.#onFailure(error, batch);
    }
  }

  async #store(batch: readonly PollRecord[]): Promise<void> {
    const { samples, lostTargets } = await this.#options.store(batch);
    this.#written += samples;
    if (lostTargets.size > 0) this.#options.onLost(lostTargets);
  }

  async #onFailure(error: unknown, batch: readonly PollRecord[]): Promise<boolean> {
    const failure = classifyFailure(error);
    if (failure === 'bad-data') {
      await this.#writeOneByOne(batch);
      return true;
    }
    if (this.#lastError === null) {
      this.#options.log.warn(`samples wait, the database does not take them: ${errorText(error)}`);
    }
    this.#lastError = errorText(error);
    if (failure === 'no-partition') {
      await this.#options.makeRoom(batch).catch((again: unknown) => {
        this.#options.log.error(`no partition for these samples: ${errorText(again)}`);
      });
    }
    return false;
  }

  /** One value that Postgres refuses must not cost the polls of all other targets. */
  async #writeOneByOne(batch: readonly PollRecord[]): Promise<void> {
    for (const record of batch) {
      try {
        await this.#store([record]);
      } catch (error) {
        if (classifyFailure(error) !== 'bad-data') return;
        this.#refused++;
        this.#options.log.error(`target ${record.targetId}: a poll cannot be stored: ${errorText(error)}`);
      }
      this.#remove([record]);
    }
  }

  #remove(batch: readonly PollRecord[]): void {
    const gone = new Set(batch);
    this.#waiting = this.#waiting.filter((record) => !gone.has(record));
    this.#waitingSamples = this.#waiting.reduce((sum, record) => sum + record.samples.length + 1, 0);
  }
}
