import type { Log } from '#lib/collector/log.ts';
import { Recorder } from '#lib/collector/recorder.ts';
import { SubjectRegistry } from '#lib/collector/subject-registry.ts';
import { LayoutStore } from '#lib/db/layouts.ts';
import { maintainPartitions, type Retention } from '#lib/db/partitions.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';
import { storePolls } from '#lib/db/poll-store.ts';
import type { Pool } from '#lib/db/pool.ts';
import { rollUp } from '#lib/db/rollup.ts';
import type { StoredTarget } from '#lib/db/targets.ts';
import { PageReader } from '#lib/scrape/page-reader.ts';
import type { Cadence } from '#lib/simulator/seed-spans.ts';
import type { SimulatedTarget, SimulatedTargets } from '#lib/simulator/targets.ts';

const HOUR_MS = 3_600_000;
/** Records in one transaction; the next batch is made while Postgres writes this one. */
const BATCH = 1500;
/** Roll-ups and partitions are brought up to date this often, so that no raw row is dropped before it is rolled up. */
const CHUNK_MS = 6 * HOUR_MS;
const PROGRESS_MS = 5000;
/** A wider step of the fleet would hide bursts. */
const WIDEST_STEP_MS = 15_000;

type Polled = {
  readonly page: SimulatedTarget;
  readonly target: StoredTarget;
  readonly reader: PageReader;
  readonly subjects: SubjectRegistry;
  recorder: Recorder;
};

export type SeederOptions = {
  readonly pool: Pool;
  readonly log: Log;
  readonly fleet: SimulatedTargets;
  readonly targets: ReadonlyMap<string, StoredTarget>;
  readonly fromMs: number;
  readonly toMs: number;
};

/** Pushes simulated history through page, parser, increments, storage and roll-ups, as polls go. */
export class Seeder {
  readonly #options: SeederOptions;
  readonly #layouts: LayoutStore;
  readonly #polled: readonly Polled[];
  readonly #startedMs = performance.now();
  #writing: Promise<unknown> = Promise.resolve();
  #batch: PollRecord[] = [];
  #polls = 0;
  #shownMs = 0;
  #rolledUntilMs = 0;

  constructor(options: SeederOptions) {
    this.#options = options;
    this.#layouts = new LayoutStore(options.pool);
    this.#polled = [...options.fleet.byPath.values()].flatMap((page): Polled[] => {
      const target = options.targets.get(page.path);
      if (target === undefined) return [];
      const subjects = new SubjectRegistry(options.pool, target);
      return [
        {
          page,
          target,
          reader: new PageReader('auto'),
          subjects,
          recorder: new Recorder(target, subjects, this.#layouts),
        },
      ];
    });
  }

  async push(span: Cadence, retention: Retention): Promise<void> {
    const { fleet, fromMs } = this.#options;
    fleet.fleet.setStep(Math.min(span.everyMs, WIDEST_STEP_MS) / 1000);
    for (const polled of this.#polled) {
      const target = { ...polled.target, intervalMs: span.everyMs };
      polled.recorder = new Recorder(target, polled.subjects, this.#layouts);
    }
    for (let atMs = span.fromMs; atMs < span.toMs; atMs += span.everyMs) {
      if (atMs >= this.#rolledUntilMs) await this.#maintain(atMs, retention);
      fleet.advance((atMs - fromMs) / 1000);
      for (const polled of this.#polled) await this.#poll(polled, atMs);
      this.#progress(atMs);
    }
  }

  async finish(retention: Retention): Promise<void> {
    const { log, toMs } = this.#options;
    await this.#flush();
    await this.#writing;
    log.info('rolling up the rest');
    await this.#maintain(toMs, retention);
    const seconds = (performance.now() - this.#startedMs) / 1000;
    log.info(`${this.#polls} polls in ${seconds.toFixed(0)} s (${Math.round(this.#polls / seconds)} a second)`);
  }

  async #poll(polled: Polled, atMs: number): Promise<void> {
    const body = this.#options.fleet.print(polled.page);
    if (body === null) return;
    const page = polled.reader.read(body);
    const record = await polled.recorder.good({
      atMs,
      durationMs: 4,
      bytes: body.length,
      samples: page.totalSeries,
      problems: page.problemCount,
      readings: page.readings,
      recognised: page.recognised,
    });
    this.#polls += 1;
    this.#batch.push(record);
    if (this.#batch.length >= BATCH) await this.#flush();
  }

  async #flush(): Promise<void> {
    const records = this.#batch;
    if (records.length === 0) return;
    this.#batch = [];
    await this.#writing;
    this.#writing = storePolls(this.#options.pool, null, records);
    // Looked at when the next batch is due; without this a failure in between would end the process.
    this.#writing.catch(() => {});
  }

  /** Rolls up what is stored and makes room for the next chunk. Times are those of the history, not of the clock. */
  async #maintain(atMs: number, retention: Retention): Promise<void> {
    const { pool } = this.#options;
    await this.#flush();
    await this.#writing;
    for (;;) {
      const runs = await rollUp(pool, atMs, await this.#layouts.mostBuckets());
      if (runs.length === 0) break;
    }
    this.#rolledUntilMs = atMs + CHUNK_MS;
    await maintainPartitions(pool, { fromMs: atMs - HOUR_MS, toMs: atMs + CHUNK_MS, nowMs: atMs }, retention);
  }

  #progress(atMs: number): void {
    const now = performance.now();
    if (now - this.#shownMs < PROGRESS_MS) return;
    this.#shownMs = now;
    const { log, fromMs, toMs } = this.#options;
    const share = ((atMs - fromMs) / (toMs - fromMs)) * 100;
    log.info(
      `${share.toFixed(0)} %  ${this.#polls} polls, ${Math.round((this.#polls * 1000) / (now - this.#startedMs))} a second`,
    );
  }
}
