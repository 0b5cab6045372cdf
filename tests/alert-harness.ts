import { BurstWatch } from '#lib/collector/burst-watch.ts';
import { Evaluator } from '#lib/collector/evaluator.ts';
import { Recorder } from '#lib/collector/recorder.ts';
import { SubjectRegistry } from '#lib/collector/subject-registry.ts';
import { type AlertRow, selectAlerts } from '#lib/db/alerts.ts';
import { LayoutStore } from '#lib/db/layouts.ts';
import { DEFAULT_RETENTION, maintainPartitions } from '#lib/db/partitions.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';
import { storePolls } from '#lib/db/poll-store.ts';
import type { Pool } from '#lib/db/pool.ts';
import { createPrisma } from '#lib/db/prisma.ts';
import { syncRules } from '#lib/db/rules.ts';
import { createSecretBox } from '#lib/db/secret-box.ts';
import { type StoredTarget, TargetStore } from '#lib/db/targets.ts';
import type { Reading } from '#lib/metrics/sample.ts';
import type { Rule } from '#lib/rules/rule.ts';
import type { TargetSettings } from '#lib/target/target.ts';
import { RECOGNISED } from '#tests/engine-polls.ts';

const HOLDER = 'harness';

/** A rule for tests: only what matters need be said. */
export function ruleOf(parts: Partial<Rule> & Pick<Rule, 'id' | 'expr'>): Rule {
  return {
    title: parts.id,
    scope: 'engine',
    literalExpr: null,
    forMs: 0,
    keepFiringMs: 0,
    hysteresis: 0.05,
    absence: 'keep',
    severity: 'warning',
    action: '',
    cause: '',
    check: '',
    remedy: '',
    source: 'test',
    pack: null,
    enabled: true,
    vram: 'printed',
    ...parts,
  };
}

export type AlertHarness = {
  /** A target that this evaluator holds. */
  addTarget(settings: TargetSettings): Promise<HarnessTarget>;
  /** All episodes, oldest first. */
  alerts(): Promise<readonly AlertRow[]>;
  /** Kinds of the timeline of one alert. */
  timeline(alertId: number): Promise<readonly string[]>;
  /** Ids that were handed to the notifications, one list per transaction. */
  readonly enqueued: number[][];
  /** Ends this evaluator without a goodbye and goes on with a new one, as after a kill. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

export type HarnessTarget = {
  readonly id: number;
  /** Stores one poll and waits until it has been evaluated; null readings: the poll failed. */
  poll(atMs: number, readings: readonly Reading[] | null): Promise<void>;
};

/** The real recorder, store and evaluator over a test database, driven by hand: time is what the polls say. */
export async function createAlertHarness(pool: Pool, rules: readonly Rule[]): Promise<AlertHarness> {
  const layouts = new LayoutStore(pool);
  const targets = new TargetStore(createPrisma(pool), createSecretBox('test'));
  const enqueued: number[][] = [];
  let nowMs = 0;
  await syncRules(pool, 'file', rules, 0);
  const shared = {
    context: { pool, layouts },
    ...{ holder: HOLDER, log: { info: () => {}, warn: fail, error: fail }, clock: () => nowMs },
  };
  const watchedTargets: StoredTarget[] = [];
  let bursts = new BurstWatch(shared);
  const start = (): Evaluator => {
    const evaluator = new Evaluator({
      ...shared,
      enqueue: async (_client, ids) => void enqueued.push([...ids]),
      burstOf: (subjectId) => bursts.newest(subjectId),
    });
    evaluator.start();
    return evaluator;
  };
  let evaluator = start();
  const evaluate = async (record: PollRecord): Promise<void> => {
    await storePolls(pool, HOLDER, [record]);
    nowMs = record.scrape.atMs;
    const before = evaluator.stats().evaluations;
    bursts.add([record]);
    await bursts.flush();
    evaluator.onStored([record]);
    while (evaluator.stats().evaluations === before) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return {
    enqueued,
    async addTarget(settings) {
      const target = await targets.create(settings, 'api');
      await pool.query(
        "INSERT INTO target_lease (target_id, holder, until) VALUES ($1, $2, now() + interval '1 day')",
        [target.id, HOLDER],
      );
      const subjects = new SubjectRegistry(pool, target);
      await subjects.load();
      await bursts.load(target);
      watchedTargets.push(target);
      const recorder = new Recorder(target, subjects, layouts);
      return {
        id: target.id,
        async poll(atMs, readings) {
          await maintainPartitions(pool, { fromMs: atMs, toMs: atMs, nowMs: atMs }, DEFAULT_RETENTION);
          const common = { atMs, durationMs: 1, bytes: 1 };
          const record =
            readings === null
              ? recorder.bad({ ...common, errorKind: 'refused', message: 'connection refused' })
              : await recorder.good({ ...common, samples: 1, problems: 0, readings, recognised: RECOGNISED });
          await evaluate(record);
        },
      };
    },
    alerts: () => selectAlerts(pool, 'true'),
    async timeline(alertId) {
      const { rows } = await pool.query<{ kind: string }>(
        'SELECT kind FROM alert_event WHERE alert_id = $1 ORDER BY id',
        [alertId],
      );
      return rows.map((row) => row.kind);
    },
    async restart() {
      await evaluator.stop();
      bursts = new BurstWatch(shared);
      for (const target of watchedTargets) await bursts.load(target);
      evaluator = start();
    },
    stop: () => evaluator.stop(),
  };
}

function fail(text: string): never {
  throw new Error(text);
}
