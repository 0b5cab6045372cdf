import type pg from 'pg';
import {
  type GpuPeak,
  loadGpuPeaks,
  loadProcessesOf,
  loadRunning,
  loadUsedBytes,
  type SpanPoint,
  type SpanProcesses,
} from '#lib/db/batch-memory.ts';
import type { Tier } from '#lib/db/columns.ts';
import type { FleetState } from '#lib/db/fleet-state.ts';
import { type GpuFloor, loadFloors } from '#lib/db/gpu-floors.ts';
import type { BatchGpuMemory } from '#lib/runs/batch-measurement.ts';
import { type BatchWindow, idleAfter, idleBefore, type Span } from '#lib/runs/batch-window.ts';
import { idleFloors, withLoad } from '#lib/runs/idle-memory.ts';

/** Engines are looked at this far around an idle time, so that its first and last moments have a poll on both sides. */
const AROUND_MS = 60_000;

/** Memory of the GPUs that these engines run on, around and during each batch; by batch number. */
export async function measureBatchGpus(
  pool: pg.Pool,
  fleet: FleetState,
  engineIds: readonly number[],
  windows: readonly BatchWindow[],
  tier: Tier,
): Promise<ReadonlyMap<number, readonly BatchGpuMemory[]>> {
  const own = new Set(engineIds);
  const gpuIds = [...new Set(fleet.links.filter((link) => own.has(link.engineId)).map((link) => link.gpuId))];
  if (gpuIds.length === 0) return new Map();
  const links = fleet.links.filter((link) => gpuIds.includes(link.gpuId));
  // Two spans a batch: idle before at 2i, idle after at 2i + 1.
  const spans = windows.flatMap((window): Span[] => {
    return [idleBefore(window), idleAfter(window, fleet.nowMs) ?? { fromMs: fleet.nowMs, toMs: fleet.nowMs }];
  });
  const around = spans.map(({ fromMs, toMs }) => ({ fromMs: fromMs - AROUND_MS, toMs: toMs + AROUND_MS }));
  const [used, running, peaks, processes, floors] = await Promise.all([
    loadUsedBytes(pool, spans, gpuIds, tier),
    loadRunning(pool, around, [...new Set(links.map((link) => link.engineId))], tier),
    loadGpuPeaks(pool, windows, gpuIds, tier, fleet.nowMs),
    tier === 'raw' ? loadProcessesOf(pool, spans, gpuIds) : [],
    loadFloors(pool),
  ]);
  const usedOf = Map.groupBy(used, keyOf);
  const runningOf = Map.groupBy(running, keyOf);
  const enginesOf = Map.groupBy(links, (link) => link.gpuId);
  const pointsOf = (span: number, gpuId: number) =>
    withLoad(
      (usedOf.get(`${span} ${gpuId}`) ?? []).map(({ atMs, value }) => ({ atMs, bytes: value })),
      (enginesOf.get(gpuId) ?? []).map(({ engineId }) =>
        (runningOf.get(`${span} ${engineId}`) ?? []).map(({ atMs, value }) => ({ atMs, running: value })),
      ),
    );
  return new Map(
    windows.map((window, i) => [
      window.number,
      gpuIds.map((gpuId): BatchGpuMemory => {
        const floor = idleFloors(pointsOf(2 * i, gpuId), pointsOf(2 * i + 1, gpuId), window);
        return {
          gpuId,
          ...floor,
          ...peakOf(peaks, window.number, gpuId),
          reservedBytes: reservedOf(floors.get(gpuId), window, fleet.nowMs),
          processesBefore: processesOf(processes, 2 * i, gpuId),
          processesAfter: window.endMs === null ? null : processesOf(processes, 2 * i + 1, gpuId),
        };
      }),
    ]),
  );
}

const keyOf = (point: SpanPoint): string => `${point.span} ${point.subjectId}`;

function peakOf(peaks: readonly GpuPeak[], number: number, gpuId: number) {
  const peak = peaks.find((each) => each.number === number && each.gpuId === gpuId);
  return { peakBytes: peak?.peakBytes ?? null, totalBytes: peak?.totalBytes ?? null };
}

/** The floor that is known is that of the process that runs now: of a batch before its start it says nothing. */
function reservedOf(floor: GpuFloor | undefined, window: BatchWindow, nowMs: number): number | null {
  if (floor === undefined || floor.engineStartedAtMs > (window.endMs ?? nowMs)) return null;
  return floor.floorBytes;
}

function processesOf(processes: readonly SpanProcesses[], span: number, gpuId: number) {
  return processes.find((each) => each.span === span && each.gpuId === gpuId)?.processes ?? null;
}
