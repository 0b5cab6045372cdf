import type { Options } from '#lib/cli/arguments.ts';
import { UsageError } from '#lib/cli/usage.ts';
import { createLog, type Log } from '#lib/collector/log.ts';
import { Recorder } from '#lib/collector/recorder.ts';
import { SubjectRegistry } from '#lib/collector/subject-registry.ts';
import { LayoutStore } from '#lib/db/layouts.ts';
import { migrate } from '#lib/db/migrate.ts';
import { DEFAULT_RETENTION, maintainPartitions } from '#lib/db/partitions.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';
import { storePolls } from '#lib/db/poll-store.ts';
import { createPool, type Pool } from '#lib/db/pool.ts';
import { createPrisma } from '#lib/db/prisma.ts';
import { rollUp } from '#lib/db/rollup.ts';
import { createSecretBox } from '#lib/db/secret-box.ts';
import { loadSetting } from '#lib/db/settings.ts';
import { type StoredTarget, TargetStore } from '#lib/db/targets.ts';
import { PageReader } from '#lib/scrape/page-reader.ts';
import { enginePath, gpuPath, type Scenario } from '#lib/simulator/scenario.ts';
import { seedScenario } from '#lib/simulator/seed-fleet.ts';
import { type Cadence, seedSpans } from '#lib/simulator/seed-spans.ts';
import { type SimulatedTarget, SimulatedTargets } from '#lib/simulator/targets.ts';
import type { TargetSettings } from '#lib/target/target.ts';

const ORIGIN_KEY = 'seed';
const INTERVAL_MS = 5000;
const HOUR_MS = 3_600_000;
const WARM_UP_S = 300;
/** Records in one transaction; the next batch is made while Postgres writes this one. */
const BATCH = 1500;
/** Roll-ups and partitions are brought up to date this often, so that no raw row is dropped before it is rolled up. */
const CHUNK_MS = 6 * HOUR_MS;
const PROGRESS_MS = 5000;

/**
 * `headroom seed`: fills the database with simulated history through the same path that polls take: page, parser,
 * increments, storage, roll-ups. The targets are paused, so that no collector asks for them.
 */
export async function runSeed(options: Options, databaseUrl: string): Promise<void> {
  const log = createLog('seed');
  await migrate(databaseUrl);
  const pool = createPool(
    { connectionString: databaseUrl, max: 3, statementTimeoutMs: 600_000, name: 'seed' },
    (error) => log.warn(error.message),
  );
  const db = createPrisma(pool);
  try {
    const nowMs = Math.floor(Date.now() / 60_000) * 60_000;
    const fromMs = nowMs - options.days * 24 * HOUR_MS;
    const retention = (await loadSetting(pool, 'retention')) ?? DEFAULT_RETENTION;
    await refuseOverOlderHistory(pool, { fromMs, toMs: nowMs - retention.rawMs });
    const scenario = seedScenario(options.engines, options.seed, String(nowMs));
    // Seeded targets have no secrets, so no key is needed.
    const targets = await createTargets(pool, new TargetStore(db, createSecretBox('')), scenario);
    const spans = seedSpans({ fromMs, toMs: nowMs, rawMs: retention.rawMs, engines: options.engines });
    for (const span of spans) {
      log.info(
        `${hours(span.toMs - span.fromMs)} of history polled every ${span.everyMs / 1000} s${span.everyMs > INTERVAL_MS ? ' (coarser, so that seeding ends in minutes; roll-ups are as fine as ever)' : ''}`,
      );
    }
    const fleet = new SimulatedTargets({ scenario, seed: options.seed, epochMs: fromMs, stepS: 5, warmUpS: WARM_UP_S });
    const seeder = new Seeder({ pool, log, fleet, targets, fromMs, toMs: nowMs });
    for (const span of spans) await seeder.push(span, retention);
    await seeder.finish(retention);
  } finally {
    await db.$disconnect();
    await pool.end();
  }
}

function hours(ms: number): string {
  return `${Math.round(ms / HOUR_MS)} h`;
}

/** Late samples make roll-ups anew from raw rows; where those are gone, other targets' history would be lost. */
async function refuseOverOlderHistory(pool: Pool, span: { fromMs: number; toMs: number }): Promise<void> {
  if (span.fromMs >= span.toMs) return;
  const { rows } = await pool.query<{ name: string }>(
    `SELECT DISTINCT t.name FROM subject s JOIN target t ON t.id = s.target_id
     WHERE t.origin_key <> $3 AND (EXISTS (SELECT 1 FROM engine_1m e WHERE e.subject_id = s.id AND e.at_ms >= $1 AND e.at_ms < $2)
        OR EXISTS (SELECT 1 FROM gpu_1m g WHERE g.subject_id = s.id AND g.at_ms >= $1 AND g.at_ms < $2)) LIMIT 3`,
    [span.fromMs, span.toMs, ORIGIN_KEY],
  );
  if (rows.length === 0) return;
  const names = rows.map((row) => row.name).join(', ');
  throw new UsageError(
    `--days: there is history of real targets (${names}) from before the raw rows kept; seed fewer days, or an empty database`,
  );
}

async function createTargets(
  pool: Pool,
  store: TargetStore,
  scenario: Scenario,
): Promise<ReadonlyMap<string, StoredTarget>> {
  const { rows } = await pool.query<{ id: number }>(
    "SELECT id FROM target WHERE origin = 'demo' AND origin_key = $1 AND removed_at IS NULL",
    [ORIGIN_KEY],
  );
  for (const { id } of rows) await store.remove(id);
  const created = new Map<string, StoredTarget>();
  const add = async (name: string, host: string, path: string): Promise<void> => {
    const settings: TargetSettings = {
      name,
      source: 'auto',
      url: `http://127.0.0.1:9${path}`,
      intervalMs: INTERVAL_MS,
      labels: { host },
      baselineRps: null,
      maxRunning: null,
      profile: 'relative',
      gpus: [],
      auth: null,
      tls: null,
    };
    const target = await store.create(settings, 'demo', ORIGIN_KEY);
    created.set(path, await store.update(target.id, settings, true));
  };
  for (const server of scenario.servers) await add(server.name, server.host, enginePath(server.name));
  for (const host of scenario.hosts) await add(host.name, host.name, gpuPath(host.name));
  return created;
}

type Polled = {
  readonly page: SimulatedTarget;
  readonly target: StoredTarget;
  readonly reader: PageReader;
  readonly subjects: SubjectRegistry;
  recorder: Recorder;
};

type SeederOptions = {
  readonly pool: Pool;
  readonly log: Log;
  readonly fleet: SimulatedTargets;
  readonly targets: ReadonlyMap<string, StoredTarget>;
  readonly fromMs: number;
  readonly toMs: number;
};

class Seeder {
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

  async push(span: Cadence, retention: typeof DEFAULT_RETENTION): Promise<void> {
    const { fleet, fromMs } = this.#options;
    fleet.fleet.setStep(Math.min(span.everyMs, 15_000) / 1000);
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

  async finish(retention: typeof DEFAULT_RETENTION): Promise<void> {
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
  async #maintain(atMs: number, retention: typeof DEFAULT_RETENTION): Promise<void> {
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
