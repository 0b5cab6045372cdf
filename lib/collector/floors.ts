import type { FleetState } from '#lib/db/fleet-state.ts';
import { dropFloors, loadEngineStarts, loadFloors, loadVramMinutes, saveFloor } from '#lib/db/gpu-floors.ts';
import type { Pool } from '#lib/db/pool.ts';
import { vramFloor } from '#lib/detect/vram-floor.ts';

const LOOK_MS = 3_600_000;

/** The GPUs that an engine is linked to, each with its engines: vLLM and SGLang both reserve memory when they start. */
export function reservedGpus(fleet: FleetState): ReadonlyMap<number, readonly number[]> {
  const byGpu = Map.groupBy(fleet.links, (link) => link.gpuId);
  return new Map([...byGpu].map(([gpuId, ofGpu]) => [gpuId, ofGpu.map((link) => link.engineId)]));
}

/** Learns the floor of every GPU whose engine started anew, and of those where it was not known yet. */
export async function learnFloors(pool: Pool, fleet: FleetState, nowMs: number): Promise<void> {
  const gpus = reservedGpus(fleet);
  await dropFloors(pool, [...gpus.keys()]);
  const known = await loadFloors(pool);
  const starts = await loadEngineStarts(pool, [...new Set([...gpus.values()].flat())]);
  for (const [gpuId, engineIds] of gpus) {
    const engineStartedAtMs = Math.floor(Math.max(...engineIds.map((id) => starts.get(id) ?? 0)));
    const before = known.get(gpuId);
    const isSame = before !== undefined && Math.abs(before.engineStartedAtMs - engineStartedAtMs) < 2000;
    if (isSame && before.floorBytes !== null) continue;
    const minutes = await loadVramMinutes(pool, gpuId, engineStartedAtMs, Math.min(nowMs, engineStartedAtMs + LOOK_MS));
    await saveFloor(
      pool,
      gpuId,
      { engineStartedAtMs, floorBytes: vramFloor(minutes, engineStartedAtMs, nowMs) },
      nowMs,
    );
  }
}
