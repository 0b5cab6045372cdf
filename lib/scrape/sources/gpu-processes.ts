import type { GpuProcess } from '#lib/metrics/sample.ts';
import { type GpuDraftPlan, labelText, normaliseUuid } from '#lib/scrape/sources/gpu-plan.ts';

const MEMORY = 'nvidia_smi_compute_app_used_memory_bytes';
const INFO = 'nvidia_smi_compute_app_info';
/** Processes listed per GPU; a hostile page must not fill the reading. */
const MAX_PROCESSES = 256;

type Slot = { readonly pid: string; readonly name: string; memory: number };

/**
 * Per-process rows of nvidia_gpu_exporter (`--collect.compute-apps`). The info row alone, as on Windows, gives a process
 * of unknown size. A process inside a MIG instance belongs to the instance when the page has it, else to the parent.
 */
export function addProcesses({ builder, shape, gpus }: GpuDraftPlan): void {
  const declared = shape.families.some(({ name }) => name === 'nvidia_smi_compute_apps' || name === MEMORY);
  if (!declared) return;
  const slots = new Map<number, Map<string, Slot>>();
  shape.series.forEach((series, index) => {
    if (series.name !== MEMORY && series.name !== INFO) return;
    const uuid = normaliseUuid(labelText(series.labels, 'uuid') ?? '');
    const instance = labelText(series.labels, 'gpu_instance_id') ?? '';
    const owner =
      gpus.find((gpu) => gpu.uuid === uuid && gpu.mig === instance) ??
      gpus.find((gpu) => gpu.uuid === uuid && gpu.mig === '');
    if (owner === undefined) return;
    const list = slots.get(owner.index) ?? new Map<string, Slot>();
    slots.set(owner.index, list);
    const pid = series.labels.get('pid') ?? '';
    const slot = list.get(pid) ?? { pid, name: series.labels.get('process_name') ?? '', memory: -1 };
    if (list.size >= MAX_PROCESSES && !list.has(pid)) return;
    list.set(pid, slot);
    if (series.name === MEMORY) {
      slot.memory = index;
      builder.origin(owner.index, 'process_used_bytes', MEMORY);
    }
    builder.stored(index);
  });
  const failed = shape.series.findIndex((series) => series.name === 'nvidia_smi_compute_apps_last_collect_success');
  if (failed >= 0) builder.stored(failed);
  // The processes of a GPU in MIG mode stand with its instances; its own list being empty does not mean none.
  const parents = new Set(
    gpus
      .filter((gpu) => gpu.mig === '' && gpus.some((other) => other.mig !== '' && other.uuid === gpu.uuid))
      .map((gpu) => gpu.index),
  );
  builder.after((values, drafts, note) => {
    if (failed >= 0 && values[failed] === 0) {
      note("the exporter's last list of processes failed; processes are unknown");
      return;
    }
    for (const gpu of gpus) {
      const draft = drafts[gpu.index];
      if (draft === undefined) continue;
      const processes = [...(slots.get(gpu.index)?.values() ?? [])].map((slot) => toProcess(slot, values));
      draft.processes = processes;
      const sizes = processes.flatMap((process) => (process.usedBytes === null ? [] : [process.usedBytes]));
      if (sizes.length > 0) draft.gauges.process_used_bytes = sizes.reduce((sum, size) => sum + size, 0);
      else if (processes.length === 0 && !parents.has(gpu.index)) draft.gauges.process_used_bytes = 0;
      if (gpu.mig !== '') draft.gauges.process_count = processes.length;
    }
  });
}

function toProcess(slot: Slot, values: Float64Array): GpuProcess {
  const value = values[slot.memory] ?? Number.NaN;
  return { pid: slot.pid, name: slot.name, usedBytes: Number.isFinite(value) && value >= 0 ? value : null };
}
