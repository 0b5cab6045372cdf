import type { Recognised } from '#lib/api/targets.ts';
import { Recorder } from '#lib/collector/recorder.ts';
import { SubjectRegistry } from '#lib/collector/subject-registry.ts';
import { ChannelStore } from '#lib/db/channels.ts';
import { LayoutStore } from '#lib/db/layouts.ts';
import { DEFAULT_RETENTION, maintainPartitions } from '#lib/db/partitions.ts';
import { storePolls } from '#lib/db/poll-store.ts';
import type { Pool } from '#lib/db/pool.ts';
import { createPrisma } from '#lib/db/prisma.ts';
import { createSecretBox } from '#lib/db/secret-box.ts';
import { TargetStore } from '#lib/db/targets.ts';
import type { EngineReading, Reading } from '#lib/metrics/sample.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { PLAIN_TARGET } from '#lib/target/plain-target.ts';
import type { TargetSettings } from '#lib/target/target.ts';

export const SETTINGS: TargetSettings = {
  ...PLAIN_TARGET,
  name: 'engine-a',
  source: 'vllm',
  url: 'http://127.0.0.1:1/metrics',
  labels: { host: 'gpu-01' },
};

export const RECOGNISED: Recognised = {
  text: 'test',
  storedSeries: 1,
  totalSeries: 1,
  ignored: [],
  missing: [],
  notes: [],
  problems: [],
  problemCount: 0,
};

export function engineReading(parts: Partial<EngineReading>): EngineReading {
  return {
    kind: 'engine',
    model: 'm',
    engine: '0',
    attributes: {},
    gauges: {},
    counters: {},
    histograms: {},
    origins: {},
    lazyCounters: false,
    ...parts,
  };
}

/** The service side over a test database, with a clock that stands still. */
export function serviceContext(pool: Pool, nowMs: number): ServiceContext {
  const db = createPrisma(pool);
  return {
    pool,
    db,
    targets: new TargetStore(db, createSecretBox('test')),
    channels: new ChannelStore(pool, createSecretBox('test')),
    layouts: new LayoutStore(pool),
    smiCommand: 'nvidia-smi',
    publicUrl: 'http://headroom.test',
    clock: () => nowMs,
  };
}

export type PollStep = { readonly atMs: number; readonly readings: readonly Reading[] };

/** Pushes readings of one target through the real normalise-and-store path. */
export async function pushPolls(pool: Pool, settings: TargetSettings, steps: readonly PollStep[]): Promise<number> {
  const times = steps.map((step) => step.atMs);
  const [fromMs, toMs] = [Math.min(...times), Math.max(...times)];
  await maintainPartitions(pool, { fromMs, toMs, nowMs: toMs }, DEFAULT_RETENTION);
  const store = new TargetStore(createPrisma(pool), createSecretBox('test'));
  const existing = (await store.list()).find((target) => target.name === settings.name);
  const target = existing ?? (await store.create(settings, 'api'));
  const subjects = new SubjectRegistry(pool, target);
  await subjects.load();
  const recorder = new Recorder(target, subjects, new LayoutStore(pool));
  const records = [];
  for (const step of steps) {
    records.push(
      await recorder.good({
        atMs: step.atMs,
        durationMs: 1,
        bytes: 1,
        samples: 1,
        problems: 0,
        readings: step.readings,
        recognised: RECOGNISED,
      }),
    );
  }
  await storePolls(pool, null, records);
  return target.id;
}
