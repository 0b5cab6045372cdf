import { type EngineBatchRow, loadBatchCounts } from '#lib/db/batch-counts.ts';
import { loadLastIdle, loadRestarts, type Restarted } from '#lib/db/batch-starts.ts';
import type { Tier } from '#lib/db/columns.ts';
import type { FleetState } from '#lib/db/fleet-state.ts';
import { measureBatchGpus } from '#lib/db/measure-batch-gpus.ts';
import { measureBatchLoad } from '#lib/db/measure-batch-load.ts';
import { measureOom } from '#lib/db/measure-oom.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import { DEFAULT_RETENTION, type Retention } from '#lib/db/partitions.ts';
import { loadSetting } from '#lib/db/settings.ts';
import type { BatchLoad } from '#lib/runs/batch-load.ts';
import type { BatchGpuMemory, BatchMeasurement } from '#lib/runs/batch-measurement.ts';
import { batchReloadMs, crashesOf, type EngineStart } from '#lib/runs/batch-reload.ts';
import { type BatchWindow, IDLE_LOOK_MS } from '#lib/runs/batch-window.ts';
import { type BatchCounts, countBatch } from '#lib/runs/count-batch.ts';
import { isMatrix, type RunKind } from '#lib/runs/run.ts';

export type RunEngine = { readonly id: number; readonly name: string };
export type MeasuredRun = { readonly id: number; readonly kind: RunKind; readonly engines: readonly RunEngine[] };

/**
 * Measures batches of one run from what is stored: raw samples while they are kept, else minutes, else hours. All windows
 * of a tier are read together. By batch number.
 */
export async function measureBatches(
  context: MeasureContext,
  fleet: FleetState,
  run: MeasuredRun,
  windows: readonly BatchWindow[],
): Promise<ReadonlyMap<number, BatchMeasurement>> {
  const measured = new Map<number, BatchMeasurement>();
  if (windows.length === 0) return measured;
  const retention = (await loadSetting(context.pool, 'retention')) ?? DEFAULT_RETENTION;
  const tiers = Map.groupBy(windows, (window) => tierOf(window, fleet.nowMs, retention));
  for (const [tier, ofTier] of tiers) {
    for (const [number, batch] of await measureTier(context, fleet, run, ofTier, tier)) measured.set(number, batch);
  }
  return measured;
}

function tierOf({ startMs }: BatchWindow, nowMs: number, retention: Retention): Tier {
  const fromMs = startMs - IDLE_LOOK_MS;
  if (fromMs >= nowMs - retention.rawMs) return 'raw';
  return fromMs >= nowMs - retention.minuteMs ? '1m' : '1h';
}

async function measureTier(
  context: MeasureContext,
  fleet: FleetState,
  { kind, engines }: MeasuredRun,
  windows: readonly BatchWindow[],
  tier: Tier,
): Promise<readonly (readonly [number, BatchMeasurement])[]> {
  const { nowMs } = fleet;
  const engineIds = engines.map((engine) => engine.id);
  const range = {
    fromMs: Math.min(...windows.map((window) => window.previousEndMs ?? window.startMs - IDLE_LOOK_MS)),
    toMs: Math.max(...windows.map((window) => window.endMs ?? nowMs)),
  };
  const [rows, restarts, gpus] = await Promise.all([
    loadBatchCounts(context.pool, windows, engineIds, tier, nowMs),
    loadRestarts(context.pool, engineIds, range),
    measureBatchGpus(context.pool, fleet, engineIds, windows, tier),
  ]);
  const starts = await loadStarts(context, windows, rows);
  const measured: (readonly [number, BatchMeasurement])[] = [];
  for (const window of windows) {
    const ofBatch = rows.filter((row) => row.number === window.number);
    const counts = countBatch(countsOf(engines, ofBatch), window, window.endMs ?? nowMs);
    const memory = gpus.get(window.number) ?? [];
    const oomErrors = counts.isCovered
      ? await measureOom(context, fleet, { tier, engineIds, window, counts, memory })
      : null;
    const load = isMatrix(kind) ? await measureBatchLoad(context, fleet, { tier, engineIds, window }) : null;
    const between = restartsIn(restarts, window, nowMs);
    const seen = startsOf(ofBatch, starts, between);
    measured.push([window.number, joined(window, { counts, memory, oomErrors, load, between, seen, tier, nowMs })]);
  }
  return measured;
}

const UNSEEN = {
  covered: null,
  finished: null,
  aborted: null,
  errored: null,
  http5xx: null,
  promptTokens: null,
  completionTokens: null,
  cachedTokens: null,
  prefixQueries: null,
  prefixHits: null,
  preemptions: null,
  requestSeconds: null,
  requests: null,
} as const;

function countsOf(engines: readonly RunEngine[], rows: readonly EngineBatchRow[]) {
  return engines.map(({ id, name }) => ({
    ...(rows.find((row) => row.engineId === id) ?? UNSEEN),
    engineId: id,
    engineName: name,
  }));
}

type LastIdle = Awaited<ReturnType<typeof loadLastIdle>>;

async function loadStarts(
  context: MeasureContext,
  windows: readonly BatchWindow[],
  rows: readonly EngineBatchRow[],
): Promise<LastIdle> {
  const asked = rows.flatMap(({ number, engineId, firstRunningMs }) => {
    const window = windows.find((each) => each.number === number);
    if (window === undefined || firstRunningMs === null) return [];
    return [{ number, engineId, submittedMs: window.submittedMs ?? window.startMs, firstRunningMs }];
  });
  return asked.length === 0 ? [] : loadLastIdle(context.pool, asked);
}

function restartsIn(restarts: readonly Restarted[], window: BatchWindow, nowMs: number): readonly Restarted[] {
  const fromMs = window.previousEndMs ?? window.startMs;
  return restarts.filter(({ atMs }) => atMs > fromMs && atMs <= (window.endMs ?? nowMs));
}

function startsOf(
  rows: readonly EngineBatchRow[],
  lastIdle: LastIdle,
  restarts: readonly Restarted[],
): readonly EngineStart[] {
  return rows.map(({ number, engineId, firstRunningMs }) => ({
    engineId,
    firstRunningMs,
    lastIdleMs: lastIdle.find((each) => each.number === number && each.engineId === engineId)?.lastIdleMs ?? null,
    restartsMs: restarts.filter((restart) => restart.engineId === engineId).map((restart) => restart.atMs),
  }));
}

type Parts = {
  readonly counts: BatchCounts;
  readonly memory: readonly BatchGpuMemory[];
  readonly oomErrors: number | null;
  readonly load: BatchLoad | null;
  readonly between: readonly Restarted[];
  readonly seen: readonly EngineStart[];
  readonly tier: Tier;
  readonly nowMs: number;
};

function joined(window: BatchWindow, parts: Parts): BatchMeasurement {
  const { memory, oomErrors, load, between, seen, tier, nowMs } = parts;
  const { isCovered, missing, ...counts } = parts.counts;
  const raw = tier === 'raw';
  const reloadDelayMs = raw ? batchReloadMs(seen, window) : null;
  const newStarts = between.filter(({ atMs }) => atMs > window.startMs).length;
  // A start before the first request ran is a reload; without raw samples the two cannot be told apart.
  const crashes = raw || newStarts === 0 ? crashesOf(seen, window, window.endMs ?? nowMs) : null;
  return {
    ...counts,
    crashes: isCovered ? crashes : null,
    oomErrors,
    reloadDelayMs,
    memory,
    load,
    restarts: between.map(({ atMs, text }) => ({ atMs, cause: text })),
    missing: [
      ...missing,
      ...(raw
        ? []
        : [`it was measured from rows of ${tier === '1m' ? 'minutes' : 'hours'}: its raw samples were gone`]),
      ...(isCovered && reloadDelayMs === null ? ['no poll shows when its first request began to run'] : []),
      ...memoryMissing(window, memory),
    ],
  };
}

function memoryMissing({ endMs }: BatchWindow, memory: readonly BatchGpuMemory[]): readonly string[] {
  if (memory.length === 0) return ['no GPU is linked to its engines, so memory and OOM errors are not known'];
  const noBefore = memory.some((gpu) => gpu.beforeBytes === null);
  const noAfter = endMs !== null && memory.some((gpu) => gpu.afterBytes === null);
  return [
    ...(noBefore ? ['idle memory before it is not known: no 10 s without requests in the 10 minutes before'] : []),
    ...(noAfter ? ['idle memory after it is not known: no 10 s without requests before the next batch'] : []),
  ];
}
