import { Seeder } from '#lib/cli/seeder.ts';
import { UsageError } from '#lib/cli/usage.ts';
import type { Log } from '#lib/collector/log.ts';
import { DEFAULT_RETENTION } from '#lib/db/partitions.ts';
import type { Pool } from '#lib/db/pool.ts';
import { createPrisma } from '#lib/db/prisma.ts';
import { createSecretBox } from '#lib/db/secret-box.ts';
import { loadSetting } from '#lib/db/settings.ts';
import { type StoredTarget, TargetStore } from '#lib/db/targets.ts';
import { enginePath, gpuPath, type Scenario } from '#lib/simulator/scenario.ts';
import { seedScenario } from '#lib/simulator/seed-fleet.ts';
import { seedSpans } from '#lib/simulator/seed-spans.ts';
import { SimulatedTargets } from '#lib/simulator/targets.ts';
import { PLAIN_TARGET } from '#lib/target/plain-target.ts';
import type { TargetSettings } from '#lib/target/target.ts';

const ORIGIN_KEY = 'seed';
const INTERVAL_MS = 5000;
const HOUR_MS = 3_600_000;
const WARM_UP_S = 300;

export type SeedPlan = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly engines: number;
  readonly seed: number;
};

/**
 * Fills [fromMs, toMs) with simulated history through the same path that polls take. Its targets take the place of those
 * of an earlier run, and are paused, so that no collector asks for them.
 */
export async function seedHistory(pool: Pool, log: Log, plan: SeedPlan): Promise<void> {
  const { fromMs, toMs, engines, seed } = plan;
  const retention = (await loadSetting(pool, 'retention')) ?? DEFAULT_RETENTION;
  await refuseOverOlderHistory(pool, { fromMs, toMs: toMs - retention.rawMs });
  const scenario = seedScenario(engines, seed, String(toMs));
  const targets = await createTargets(pool, scenario);
  const spans = seedSpans({ fromMs, toMs, rawMs: retention.rawMs, engines });
  const fleet = new SimulatedTargets({ scenario, seed, epochMs: fromMs, stepS: 5, warmUpS: WARM_UP_S });
  const seeder = new Seeder({ pool, log, fleet, targets, fromMs, toMs });
  for (const span of spans) {
    const coarse = span.everyMs > INTERVAL_MS ? ', coarser than in life, so that seeding ends in minutes' : '';
    log.info(
      `${Math.round((span.toMs - span.fromMs) / HOUR_MS)} h of history, polled every ${span.everyMs / 1000} s${coarse}`,
    );
    await seeder.push(span, retention);
  }
  await seeder.finish(retention);
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

async function createTargets(pool: Pool, scenario: Scenario): Promise<ReadonlyMap<string, StoredTarget>> {
  const db = createPrisma(pool);
  // Seeded targets have no secrets, so no key is needed.
  const store = new TargetStore(db, createSecretBox(''));
  const { rows } = await pool.query<{ id: number }>(
    "SELECT id FROM target WHERE origin = 'demo' AND origin_key = $1 AND removed_at IS NULL",
    [ORIGIN_KEY],
  );
  for (const { id } of rows) await store.remove(id);
  const created = new Map<string, StoredTarget>();
  const add = async (name: string, host: string, path: string): Promise<void> => {
    const settings: TargetSettings = {
      ...PLAIN_TARGET,
      name,
      source: 'auto',
      url: `http://127.0.0.1:9${path}`,
      intervalMs: INTERVAL_MS,
      labels: { host },
    };
    const target = await store.create(settings, 'demo', ORIGIN_KEY);
    created.set(path, await store.update(target.id, settings, true));
  };
  for (const server of scenario.servers) await add(server.name, server.host, enginePath(server.name));
  for (const host of scenario.hosts) await add(host.name, host.name, gpuPath(host.name));
  await db.$disconnect();
  return created;
}
