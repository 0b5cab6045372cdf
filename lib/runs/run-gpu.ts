import { attributeGrowth, type ProcessMemory } from '#lib/detect/growth-attribution.ts';
import type { LeakFacts } from '#lib/detect/leak-judgement.ts';
import { memoryQuantum } from '#lib/detect/memory-quantum.ts';
import type { BatchFigures } from '#lib/runs/batch-figures.ts';
import type { ProcessBytes } from '#lib/runs/batch-measurement.ts';

export type Grower = {
  readonly pid: string;
  readonly name: string;
  readonly growthBytes: number;
  /** Of the GPU's growth; null where it did not grow. */
  readonly share: number | null;
};

/** Memory of one GPU over a whole run, in bytes. */
export type RunGpuMemory = {
  readonly totalBytes: number | null;
  /** Idle before the first batch, and after the last that has ended. */
  readonly startBytes: number | null;
  readonly endBytes: number | null;
  readonly deltaBytes: number | null;
  readonly peakBytes: number | null;
  /** Processes that grew from idle time to idle time, most first; none where the exporter lists none. */
  readonly growers: readonly Grower[];
};

/** Ids of all GPUs that memory was measured of, in the order they were seen. */
export function gpuIdsOf(batches: readonly BatchFigures[]): readonly number[] {
  return [...new Set(batches.flatMap((batch) => batch.memory.map((gpu) => gpu.gpuId)))];
}

/** Cells of a matrix as they followed each other; memory of one that nobody knows the time of is not known. */
export function cellsInTime(batches: readonly BatchFigures[]): readonly BatchFigures[] {
  return batches.filter(({ cell }) => cell?.timed !== false).toSorted((a, b) => a.startMs - b.startMs);
}

export function runGpuMemory(batches: readonly BatchFigures[], gpuId: number): RunGpuMemory {
  const ofGpu = memoryOf(batches, gpuId);
  const ended = batches.filter((batch) => batch.endMs !== null);
  const startBytes = find(batches[0], gpuId)?.beforeBytes ?? null;
  const endBytes = find(ended.at(-1), gpuId)?.afterBytes ?? null;
  const deltaBytes = startBytes === null || endBytes === null ? null : endBytes - startBytes;
  return {
    totalBytes: most(ofGpu.map((gpu) => gpu.totalBytes)),
    startBytes,
    endBytes,
    deltaBytes,
    peakBytes: most(ofGpu.map((gpu) => gpu.peakBytes)),
    growers: growersOf(batches, gpuId, deltaBytes),
  };
}

/** What the leak verdict needs to know of a GPU beside its floors; rounding is read off every reading of the run. */
export function leakFactsOf(batches: readonly BatchFigures[], gpuId: number, nowMs: number): LeakFacts {
  const ofGpu = memoryOf(batches, gpuId);
  const readings = ofGpu.flatMap((gpu) => [gpu.beforeBytes, gpu.afterBytes, gpu.peakBytes]);
  return {
    nowMs,
    quantumBytes: memoryQuantum(readings.filter((bytes) => bytes !== null)),
    limitBytes: most(ofGpu.map((gpu) => gpu.totalBytes)),
    reservedBytes: ofGpu.findLast((gpu) => gpu.reservedBytes !== null)?.reservedBytes ?? null,
    bytesPerLoad: 0,
  };
}

function growersOf(batches: readonly BatchFigures[], gpuId: number, deltaBytes: number | null): readonly Grower[] {
  const [first, last] = [batches[0], batches.findLast((batch) => batch.endMs !== null)];
  if (first === undefined || last === undefined || last.endMs === null || deltaBytes === null) return [];
  const lists = [
    { atMs: first.startMs, processes: find(first, gpuId)?.processesBefore ?? null },
    ...batches.flatMap((batch) =>
      batch.endMs === null ? [] : [{ atMs: batch.endMs, processes: find(batch, gpuId)?.processesAfter ?? null }],
    ),
  ].filter((list): list is { atMs: number; processes: readonly ProcessBytes[] } => list.processes !== null);
  const growth = attributeGrowth(deltaBytes, first.startMs, last.endMs, lists.length === 0 ? null : seriesOf(lists));
  return (growth?.processes ?? [])
    .filter((process) => process.growthBytes > 0)
    .map((process) => ({ ...process, share: deltaBytes > 0 ? process.growthBytes / deltaBytes : null }));
}

function seriesOf(
  lists: readonly { readonly atMs: number; readonly processes: readonly ProcessBytes[] }[],
): readonly ProcessMemory[] {
  const rows = lists.flatMap(({ atMs, processes }) => processes.map((process) => ({ ...process, atMs })));
  return [...Map.groupBy(rows, (row) => `${row.pid} ${row.name}`).values()].flatMap((ofOne) => {
    const head = ofOne[0];
    if (head === undefined) return [];
    return [{ pid: head.pid, name: head.name, readings: ofOne.map(({ atMs, bytes }) => ({ atMs, bytes })) }];
  });
}

const find = (batch: BatchFigures | undefined, gpuId: number) => batch?.memory.find((gpu) => gpu.gpuId === gpuId);

const memoryOf = (batches: readonly BatchFigures[], gpuId: number) =>
  batches.flatMap((batch) => batch.memory.filter((gpu) => gpu.gpuId === gpuId));

function most(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
