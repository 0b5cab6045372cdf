import { floorsPerBatch } from '#lib/detect/memory-floors.ts';
import type { MemoryPoint } from '#lib/detect/memory-point.ts';
import type { BatchWindow } from '#lib/runs/batch-window.ts';

export type GpuPoint = { readonly atMs: number; readonly bytes: number | null };
/** Requests in the engine at one time; null where it does not say. */
export type LoadPoint = { readonly atMs: number; readonly running: number | null };

/** Samples further away say nothing of a moment. */
const NEAR_MS = 60_000;

/**
 * Memory of a GPU with the load of the engines on it: of each the larger of its polls just before and just after, so that
 * nothing counts as idle that is not known to be. Moments of which an engine that was polled at all says nothing are left
 * out (it may be down, and its memory gone); so is everything where no engine was polled. Both in order of time.
 */
export function withLoad(
  points: readonly GpuPoint[],
  engines: readonly (readonly LoadPoint[])[],
): readonly MemoryPoint[] {
  const polled = engines.filter((engine) => engine.length > 0);
  if (polled.length === 0) return [];
  return points.flatMap(({ atMs, bytes }) => {
    const loads = polled.map((engine) => loadAt(engine, atMs));
    const known = loads.filter((load) => load !== undefined);
    if (known.length < loads.length) return [];
    const running = known.filter((load) => load !== null);
    return [{ atMs, bytes, load: running.length === 0 ? null : running.reduce((sum, load) => sum + load, 0) }];
  });
}

function loadAt(engine: readonly LoadPoint[], atMs: number): number | null | undefined {
  const after = engine.findIndex((point) => point.atMs >= atMs);
  const sides = after < 0 ? [engine.at(-1)] : [engine[after - 1], engine[after]];
  const near = sides.filter((point) => point !== undefined && Math.abs(point.atMs - atMs) <= NEAR_MS);
  if (near.length === 0) return undefined;
  const known = near.map((point) => point?.running ?? null).filter((running) => running !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** Idle memory just before a batch and after it (`floorsPerBatch`), in bytes; null where it was not idle for ten seconds. */
export function idleFloors(
  before: readonly MemoryPoint[],
  after: readonly MemoryPoint[],
  window: BatchWindow,
): { readonly beforeBytes: number | null; readonly afterBytes: number | null } {
  const { startMs, endMs } = window;
  const lastMs = after.at(-1)?.atMs ?? endMs ?? startMs;
  const floors = floorsPerBatch([...before, ...after], [{ startMs, endMs }], lastMs + 1);
  return { beforeBytes: floors.before?.bytes ?? null, afterBytes: floors.after[0]?.bytes ?? null };
}
