import type { GpuCounter, GpuGauge, GpuProcess, GpuReading } from '#lib/metrics/sample.ts';

export { readComputeApps, readGpuCsv } from '#lib/scrape/sources/nvidia-smi-csv.ts';
export { readSmiXml } from '#lib/scrape/sources/nvidia-smi-xml.ts';

export type SmiGpuField = GpuGauge;

/** One GPU or MIG instance as one output of nvidia-smi tells it, in canonical units. */
export type SmiGpu = {
  readonly uuid: string;
  readonly mig: string;
  readonly attributes: Record<string, string>;
  readonly gauges: Partial<Record<GpuGauge, number>>;
  readonly counters: Partial<Record<GpuCounter, number>>;
  readonly origins: Record<string, string>;
  /** null where this output has no processes. */
  readonly processes: readonly GpuProcess[] | null;
};

/** One row of `--query-compute-apps`. Under MIG the uuid is the parent's. */
export type SmiApp = GpuProcess & { readonly uuid: string };

/** Arguments of the one command that gives everything, MIG instances and processes included, on every driver. */
export const SMI_XML_ARGUMENTS: readonly string[] = ['-q', '-x'];

/**
 * Merges what the outputs of one poll say into one reading per GPU and MIG instance. Where both give a value the CSV wins:
 * it is the documented interface. Processes come from the XML, which knows instances, else from the compute-apps list.
 */
export function combineSmi(outputs: {
  readonly csv?: readonly SmiGpu[];
  readonly apps?: readonly SmiApp[] | undefined;
  readonly xml?: readonly SmiGpu[];
}): GpuReading[] {
  const merged = new Map<string, SmiGpu>();
  for (const gpu of [...(outputs.xml ?? []), ...(outputs.csv ?? [])]) {
    const key = `${gpu.uuid} ${gpu.mig}`;
    const before = merged.get(key);
    if (before === undefined) {
      merged.set(key, gpu);
      continue;
    }
    merged.set(key, {
      ...before,
      attributes: { ...before.attributes, ...gpu.attributes },
      gauges: { ...before.gauges, ...gpu.gauges },
      counters: { ...before.counters, ...gpu.counters },
      origins: { ...before.origins, ...gpu.origins },
      processes: before.processes ?? gpu.processes,
    });
  }
  const gpus = [...merged.values()];
  return gpus.map((gpu) => {
    const parent = gpu.mig === '' && gpus.some((other) => other.mig !== '' && other.uuid === gpu.uuid);
    return toReading(gpu, gpu.processes ?? appsOf(gpu, outputs.apps), parent);
  });
}

function appsOf(gpu: SmiGpu, apps: readonly SmiApp[] | undefined): GpuProcess[] | null {
  if (apps === undefined || gpu.mig !== '') return null;
  return apps.filter((app) => app.uuid === gpu.uuid).map(({ pid, name, usedBytes }) => ({ pid, name, usedBytes }));
}

function toReading(gpu: SmiGpu, processes: readonly GpuProcess[] | null, parent: boolean): GpuReading {
  const gauges = { ...gpu.gauges };
  const origins = { ...gpu.origins };
  // A GPU cut into instances lists its processes with them; its own empty list does not mean that nothing runs.
  if (processes !== null && (processes.length > 0 || !parent)) {
    const sizes = processes.flatMap((process) => (process.usedBytes === null ? [] : [process.usedBytes]));
    gauges.process_count = processes.length;
    origins.process_count = 'compute processes';
    if (sizes.length > 0 || processes.length === 0) {
      gauges.process_used_bytes = sizes.reduce((sum, size) => sum + size, 0);
      origins.process_used_bytes = 'used_gpu_memory';
    }
  }
  const { uuid, mig, attributes, counters } = gpu;
  return { kind: 'gpu', uuid, mig, attributes, gauges, counters, processes, origins, lazyCounters: false };
}
