import { learnBaselines } from '#lib/collector/baselines.ts';
import { detectBatches, stopDetecting } from '#lib/collector/batch-detector.ts';
import { keepMeasurements } from '#lib/collector/keep-measurements.ts';
import { errorText, type Log } from '#lib/collector/log.ts';
import { every } from '#lib/collector/timer.ts';
import { loadFleet } from '#lib/db/fleet-state.ts';
import type { LayoutStore } from '#lib/db/layouts.ts';
import { DEFAULT_RETENTION, maintainPartitions, type Retention } from '#lib/db/partitions.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';
import type { Pool } from '#lib/db/pool.ts';
import { rollUp } from '#lib/db/rollup.ts';
import { loadSetting } from '#lib/db/settings.ts';
import { makeSlaMinutes } from '#lib/db/sla-minutes.ts';

export type ChoresOptions = {
  readonly pool: Pool;
  readonly layouts: LayoutStore;
  readonly log: Log;
  readonly clock: () => number;
  /** Ends them. */
  readonly signal: AbortSignal;
};

const ROLLUP_MS = 10_000;
const SLA_MS = 60_000;
const PARTITION_MS = 600_000;
const BASELINE_MS = 300_000;
const DETECT_MS = 60_000;
const MEASURE_RUNS_MS = 60_000;
const PARTITIONS_AHEAD_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** What is done to the store by time alone, whoever polls what: any collector may do it, and beside others it does no harm. */
export class Chores {
  readonly #options: ChoresOptions;

  constructor(options: ChoresOptions) {
    this.#options = options;
  }

  /** Starts all of them; each resolves once it has ended. */
  start(): Promise<void>[] {
    const { pool, layouts, log, clock, signal } = this.#options;
    const loop = (name: string, everyMs: number, work: () => Promise<void>): Promise<void> =>
      every(everyMs, signal, work, (error) => log.warn(`${name}: ${errorText(error)}`));
    return [
      loop('roll-up', ROLLUP_MS, () => this.#rollUp()),
      loop('SLA', SLA_MS, () => this.#judgeSla()),
      loop('partitions', PARTITION_MS, () => this.makePartitions()),
      loop('batches', DETECT_MS, () => this.#detectRuns()),
      loop('measurements of runs', MEASURE_RUNS_MS, () => keepMeasurements({ pool, layouts }, log, clock())),
      loop('baselines', BASELINE_MS, () => learnBaselines(pool, clock())),
    ];
  }

  /** Partitions of now and of a day ahead; those past their retention go. */
  async makePartitions(): Promise<void> {
    const { pool, log, clock } = this.#options;
    const nowMs = clock();
    const span = { fromMs: nowMs - HOUR_MS, toMs: nowMs + PARTITIONS_AHEAD_MS, nowMs };
    const { dropped } = await maintainPartitions(pool, span, await this.#retention());
    if (dropped.length > 0) log.info(`dropped ${dropped.length} partitions that were past their retention`);
  }

  /** Partitions for the times of these records. */
  async makePartitionsFor(records: readonly PollRecord[]): Promise<void> {
    const times = records.map((record) => record.scrape.atMs);
    const span = { fromMs: Math.min(...times), toMs: Math.max(...times), nowMs: this.#options.clock() };
    await maintainPartitions(this.#options.pool, span, await this.#retention());
  }

  async #rollUp(): Promise<void> {
    const { pool, layouts, clock, signal } = this.#options;
    const buckets = await layouts.mostBuckets();
    for (;;) {
      const runs = await rollUp(pool, clock(), buckets, await this.#retention());
      const behind = runs.some((run) => run.toMs < clock() - 2 * HOUR_MS);
      if (!behind || signal.aborted) return;
    }
  }

  async #judgeSla(): Promise<void> {
    const { pool, layouts, clock } = this.#options;
    const fleet = await loadFleet({ pool, clock });
    await makeSlaMinutes({ pool, layouts }, fleet, (await this.#retention()).minuteMs);
  }

  async #detectRuns(): Promise<void> {
    const { pool, clock } = this.#options;
    if ((await loadSetting(pool, 'detectRuns')) === false) await stopDetecting(pool);
    else await detectBatches(pool, clock());
  }

  async #retention(): Promise<Retention> {
    return (await loadSetting(this.#options.pool, 'retention')) ?? DEFAULT_RETENTION;
  }
}
