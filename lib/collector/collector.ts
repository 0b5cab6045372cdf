import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { keepAlerts } from '#lib/collector/alert-keeper.ts';
import { BurstWatch } from '#lib/collector/burst-watch.ts';
import { Chores } from '#lib/collector/chores.ts';
import { type Enqueue, Evaluator } from '#lib/collector/evaluator.ts';
import { FastPolling } from '#lib/collector/fast-polling.ts';
import { errorText, type Log } from '#lib/collector/log.ts';
import { JUDGE_TICK_MS, MemoryJudge } from '#lib/collector/memory-judge.ts';
import { Pause } from '#lib/collector/pause.ts';
import { Poller } from '#lib/collector/poller.ts';
import { Recorder } from '#lib/collector/recorder.ts';
import { SubjectRegistry } from '#lib/collector/subject-registry.ts';
import { every } from '#lib/collector/timer.ts';
import { Writer, type WriterStats } from '#lib/collector/writer.ts';
import { LayoutStore } from '#lib/db/layouts.ts';
import { beat, LEASE_MS, releaseLeases, renewLeases } from '#lib/db/leases.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';
import { type StoreResult, storePolls } from '#lib/db/poll-store.ts';
import type { Pool } from '#lib/db/pool.ts';
import { saveBatchListing } from '#lib/db/save-batch-listing.ts';
import type { StoredTarget, TargetStore } from '#lib/db/targets.ts';
import { createFetcher, type Fetcher } from '#lib/scrape/fetch.ts';
import { createPoll } from '#lib/scrape/poll.ts';
import type { FastPollingSettings, FastReason } from '#lib/target/fast-polling.ts';

export type CollectorOptions = {
  readonly pool: Pool;
  readonly targets: TargetStore;
  readonly smiCommand: () => string;
  readonly fastPolling: () => FastPollingSettings;
  readonly log: Log;
  readonly clock: () => number;
  readonly enqueue: Enqueue;
};

const FLUSH_MS = 500;
const MAX_WAITING_SAMPLES = 200_000;
const LEASE_RENEW_MS = 5000;
/** Changes of targets are announced; this is for an announcement that was lost. */
const RELIST_MS = 15_000;
const KEEP_MS = 5000;
const BURSTS_MS = 1000;
const FAST_MS = 1000;

type Running = { readonly target: StoredTarget; readonly poller: Poller };

/** Polls the targets that it holds a lease of, stores what they show, and keeps roll-ups and partitions. */
export class Collector {
  readonly #options: CollectorOptions;
  readonly #id = randomUUID();
  readonly #startedAtMs: number;
  readonly #stop = new AbortController();
  readonly #fetcher: Fetcher = createFetcher();
  readonly #layouts: LayoutStore;
  readonly #writer: Writer;
  readonly #evaluator: Evaluator;
  readonly #memoryJudge: MemoryJudge;
  readonly #bursts: BurstWatch;
  readonly #chores: Chores;
  readonly #fast: FastPolling;
  readonly #running = new Map<number, Running>();
  #leasedUntilMs = 0;
  #listed: { readonly atMs: number; readonly targets: readonly StoredTarget[] } | null = null;
  readonly #pause = new Pause();
  #refreshes = 0;
  #loops: Promise<void>[] = [];

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock();
    this.#layouts = new LayoutStore(options.pool);
    this.#memoryJudge = new MemoryJudge(options.pool, options.clock);
    const { pool, log, clock } = options;
    this.#chores = new Chores({ pool, layouts: this.#layouts, log, clock, signal: this.#stop.signal });
    this.#fast = new FastPolling({
      ...{ pool, clock, settings: options.fastPolling, wanted: () => this.#wantedFast() },
      pollers: () => new Map([...this.#running].map(([id, { poller }]) => [id, poller])),
    });
    const shared = {
      context: { pool: options.pool, layouts: this.#layouts },
      ...{ holder: this.#id, log: options.log, clock: options.clock },
    };
    this.#bursts = new BurstWatch(shared);
    this.#evaluator = new Evaluator({
      ...shared,
      enqueue: options.enqueue,
      burstOf: (subjectId) => this.#bursts.newest(subjectId),
    });
    this.#writer = new Writer({
      store: (records) => this.#store(records),
      makeRoom: (records) => this.#chores.makePartitionsFor(records),
      onLost: (targetIds) => void this.#onLost(targetIds),
      log: options.log,
      clock: options.clock,
      flushMs: FLUSH_MS,
      maxWaitingSamples: MAX_WAITING_SAMPLES,
    });
  }

  /** Starts all loops. Throws when the database cannot be reached at all. */
  async start(): Promise<void> {
    await this.#chores.makePartitions();
    const { log } = this.#options;
    const loop = (name: string, everyMs: number, work: () => Promise<void>): Promise<void> =>
      every(everyMs, this.#stop.signal, work, (error) => log.warn(`${name}: ${errorText(error)}`));
    this.#evaluator.start();
    this.#loops = [
      this.#leaseLoop(),
      loop('alerts', KEEP_MS, () => keepAlerts(this.#options.pool, this.#options.enqueue, this.#options.clock())),
      loop('bursts', BURSTS_MS, () => this.#bursts.flush()),
      loop('fast polling', FAST_MS, () => this.#fast.tell()),
      loop('memory', JUDGE_TICK_MS, () => this.#memoryJudge.tick(new Set(this.#running.keys()))),
      ...this.#chores.start(),
    ];
  }

  /** What is stored is evaluated next; what another collector holds by now is not. */
  async #store(records: readonly PollRecord[]): Promise<StoreResult> {
    const result = await storePolls(this.#options.pool, this.#id, records);
    const stored = records.filter((record) => !result.lostTargets.has(record.targetId));
    this.#bursts.add(stored);
    this.#fast.steer();
    this.#evaluator.onStored(stored);
    await this.#storeBatches(stored);
    return result;
  }

  #wantedFast(): ReadonlyMap<number, FastReason> {
    const wanted = new Map<number, FastReason>();
    for (const id of this.#evaluator.pendingTargets()) if (this.#bursts.watches(id)) wanted.set(id, 'pending alert');
    for (const id of this.#bursts.takeBusyTargets()) wanted.set(id, 'burst');
    return wanted;
  }

  /** What batch APIs list. The next poll tells it again, so a failure must not keep samples from being written. */
  async #storeBatches(records: readonly PollRecord[]): Promise<void> {
    for (const { targetId, scrape, batches } of records) {
      if (batches === undefined) continue;
      try {
        await saveBatchListing(this.#options.pool, this.#id, { targetId, atMs: scrape.atMs, batches });
      } catch (error) {
        this.#options.log.warn(`target ${targetId}: its batches wait for the next poll: ${errorText(error)}`);
      }
    }
  }

  /** When rules were last evaluated; null before the first time. */
  evaluatedAtMs(): number | null {
    return this.#evaluator.stats().evaluatedAtMs;
  }

  /** Rules may have changed. */
  refreshRules(): void {
    this.#evaluator.refreshRules();
  }

  /** Looks at targets and leases now instead of at the next renewal. */
  refresh(): void {
    this.#listed = null;
    this.#refreshes++;
    this.#pause.cut();
  }

  writerStats(): WriterStats {
    return this.#writer.stats();
  }

  /** Ends polling, writes what waits, lets leases go. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#pause.cut();
    await Promise.all([...this.#running.values()].map(({ poller }) => poller.stop()));
    await Promise.all(this.#loops);
    const left = await this.#writer.drain();
    if (left > 0)
      this.#options.log.error(
        `${left} polls could not be written before the end; the next start counts on from the last one stored`,
      );
    await this.#evaluator.stop();
    await this.#endWatching();
    await this.#fetcher.close();
    await releaseLeases(this.#options.pool, this.#id).catch((error: unknown) => {
      this.#options.log.warn(`leases stay until they expire: ${errorText(error)}`);
    });
  }

  /** What the last polls said of bursts; and nothing is polled fast from here any more. */
  async #endWatching(): Promise<void> {
    try {
      await this.#bursts.flush();
      await this.#fast.end();
    } catch (error) {
      this.#options.log.warn(`open bursts go on from what was last stored: ${errorText(error)}`);
    }
  }

  async #leaseLoop(): Promise<void> {
    const { log, clock } = this.#options;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#renew();
      } catch (error) {
        log.warn(`leases: ${errorText(error)}`);
        if (clock() > this.#leasedUntilMs && this.#writer.stats().lastError === null) await this.#stopAll();
      }
      await this.#pause.wait(LEASE_RENEW_MS);
    }
  }

  async #renew(): Promise<void> {
    const { pool, clock } = this.#options;
    await beat(pool, {
      id: this.#id,
      host: os.hostname(),
      pid: process.pid,
      startedAtMs: this.#startedAtMs,
      stats: { ...this.#writer.stats(), ...this.#evaluator.stats(), targets: this.#running.size },
    });
    const askedAtMs = clock();
    const leased = new Set((await renewLeases(pool, this.#id)).map((lease) => lease.targetId));
    this.#leasedUntilMs = askedAtMs + LEASE_MS;
    const targets = await this.#targets(leased);
    const wanted = new Map(targets.filter((target) => leased.has(target.id)).map((target) => [target.id, target]));
    await Promise.all(
      [...this.#running.values()]
        .filter(({ target }) => !isSame(wanted.get(target.id), target))
        .map(({ target }) => this.#stopOne(target.id)),
    );
    await Promise.all(
      [...wanted.values()].filter((target) => !this.#running.has(target.id)).map((target) => this.#startOne(target)),
    );
  }

  /** Reading hundreds of targets with their secrets at every renewal would cost as much as a tenth of polling them. */
  async #targets(leased: ReadonlySet<number>): Promise<readonly StoredTarget[]> {
    const nowMs = this.#options.clock();
    const asked = this.#refreshes;
    const known = this.#listed;
    const ids = new Set(known?.targets.map((target) => target.id));
    if (known !== null && nowMs - known.atMs < RELIST_MS && [...leased].every((id) => ids.has(id)))
      return known.targets;
    const listed = { atMs: nowMs, targets: await this.#options.targets.list() };
    // A change that was announced meanwhile may not be in it.
    if (asked === this.#refreshes) this.#listed = listed;
    return listed.targets;
  }

  async #startOne(target: StoredTarget): Promise<void> {
    const { pool, log, clock } = this.#options;
    const subjects = new SubjectRegistry(pool, target);
    await Promise.all([subjects.load(), this.#bursts.load(target)]);
    if (this.#stop.signal.aborted) return;
    const poller = new Poller({
      target,
      poll: createPoll(target, { fetcher: this.#fetcher, smiCommand: this.#options.smiCommand() }),
      recorder: new Recorder(target, subjects, this.#layouts),
      writer: this.#writer,
      log,
      clock,
    });
    this.#running.set(target.id, { target, poller });
    poller.start();
  }

  /** What the old poller left waiting must be stored before a new one reads the cursors. */
  async #stopOne(targetId: number): Promise<void> {
    const running = this.#running.get(targetId);
    if (running === undefined) return;
    await running.poller.stop();
    await this.#writer.drain();
    this.#forget(targetId);
    this.#running.delete(targetId);
  }

  #forget(targetId: number): void {
    this.#evaluator.forget(targetId);
    this.#bursts.forget(targetId);
    this.#fast.forget(targetId);
  }

  async #stopAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((targetId) => this.#stopOne(targetId)));
  }

  async #onLost(targetIds: ReadonlySet<number>): Promise<void> {
    for (const targetId of targetIds) {
      const running = this.#running.get(targetId);
      this.#forget(targetId);
      if (running === undefined) continue;
      this.#options.log.info(`${running.target.name}: another collector polls it now`);
      this.#running.delete(targetId);
      await running.poller.stop();
    }
  }
}

function isSame(a: StoredTarget | undefined, b: StoredTarget): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
