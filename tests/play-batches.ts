import { Recorder } from '#lib/collector/recorder.ts';
import { SubjectRegistry } from '#lib/collector/subject-registry.ts';
import { LayoutStore } from '#lib/db/layouts.ts';
import { DEFAULT_RETENTION, maintainPartitions } from '#lib/db/partitions.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';
import { storePolls } from '#lib/db/poll-store.ts';
import type { Pool } from '#lib/db/pool.ts';
import { createPrisma } from '#lib/db/prisma.ts';
import { createSecretBox } from '#lib/db/secret-box.ts';
import { TargetStore } from '#lib/db/targets.ts';
import { PageReader } from '#lib/scrape/page-reader.ts';
import { BATCH_CASES, batchPhases, batchScenario } from '#lib/simulator/scenarios-batch.ts';
import { SimulatedTargets } from '#lib/simulator/targets.ts';
import { SETTINGS } from '#tests/engine-polls.ts';

export type PlayedBatch = { readonly startedAtMs: number; readonly endedAtMs: number };

const AFTER_MS = 60_000;

/**
 * Plays a multi-batch scenario of report 003 in virtual time through pages, parser, increments and store. A batch ends when
 * nothing of it runs any more, as its client would say.
 */
export async function playBatches(
  pool: Pool,
  id: string,
  { startMs, everyMs }: { readonly startMs: number; readonly everyMs: number },
): Promise<{ readonly batches: readonly PlayedBatch[]; readonly endMs: number; readonly target: string }> {
  const found = BATCH_CASES.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no scenario ${id}`);
  const fleet = new SimulatedTargets({
    scenario: batchScenario(found),
    seed: 1,
    epochMs: startMs,
    stepS: 0.25,
    warmUpS: 60,
  });
  const polled = await createTargets(pool, fleet, `${id} `);
  const phases = batchPhases(found).filter((phase) => phase.name.startsWith('batch-'));
  const batches: PlayedBatch[] = [];
  const records: PollRecord[] = [];
  let endMs = Number.POSITIVE_INFINITY;
  for (let atMs = startMs; atMs <= endMs; atMs += 1000) {
    fleet.advance((atMs - startMs) / 1000);
    const phase = phases[batches.length];
    if (phase !== undefined && (atMs - startMs) / 1000 >= phase.endS && isIdle(fleet))
      batches.push({ startedAtMs: startMs + phase.startS * 1000, endedAtMs: atMs });
    if (batches.length === phases.length && endMs === Number.POSITIVE_INFINITY) endMs = atMs + AFTER_MS;
    if ((atMs - startMs) % everyMs !== 0) continue;
    for (const target of polled) records.push(await target(atMs));
  }
  await maintainPartitions(pool, { fromMs: startMs, toMs: endMs, nowMs: endMs }, DEFAULT_RETENTION);
  await storePolls(pool, null, records);
  return { batches, endMs, target: `${id} ${[...fleet.byPath.keys()][0]}` };
}

async function createTargets(pool: Pool, fleet: SimulatedTargets, prefix: string) {
  const store = new TargetStore(createPrisma(pool), createSecretBox('test'));
  const layouts = new LayoutStore(pool);
  return Promise.all(
    [...fleet.byPath.values()].map(async (page) => {
      const settings = {
        ...SETTINGS,
        name: `${prefix}${page.path}`,
        source: 'auto' as const,
        labels: { host: prefix },
      };
      const target = await store.create(settings, 'api');
      const subjects = new SubjectRegistry(pool, target);
      await subjects.load();
      const recorder = new Recorder(target, subjects, layouts);
      const reader = new PageReader('auto');
      return async (atMs: number): Promise<PollRecord> => {
        const body = fleet.print(page);
        const common = { atMs, durationMs: 1, bytes: body?.length ?? 0 };
        if (body === null) return recorder.bad({ ...common, errorKind: 'refused', message: 'connection refused' });
        const { readings, recognised } = reader.read(body);
        return recorder.good({ ...common, samples: 1, problems: 0, readings, recognised });
      };
    }),
  );
}

/** Whether the page shows an engine without a running or waiting request. */
function isIdle(fleet: SimulatedTargets): boolean {
  return [...fleet.byPath.values()].every((page) => {
    const body = fleet.print(page);
    const readings = body === null ? [] : new PageReader('auto').read(body).readings;
    return readings.every(
      ({ kind, gauges }) =>
        kind === 'gpu' ||
        ('running_requests' in gauges && gauges.running_requests === 0 && gauges.waiting_requests === 0),
    );
  });
}
