import { THROTTLE_BITS } from '#lib/metrics/sample.ts';
import type { PageShape } from '#lib/scrape/page.ts';
import { compileGpus, type GpuDraftPlan, type GpuRow, labelText, normaliseUuid } from '#lib/scrape/sources/gpu-plan.ts';
import { addProcesses } from '#lib/scrape/sources/gpu-processes.ts';
import type { PageSource } from '#lib/scrape/sources/source.ts';

type Short = readonly [kind: GpuRow['kind'], field: GpuRow['field'], names: readonly string[], note?: string];

const NVML_ONLY = "only with the exporter's NVML backend";

/** Names without `nvidia_smi_`. Units are canonical already: the exporter scales by the unit nvidia-smi prints. */
const TABLE: readonly Short[] = [
  ['gauge', 'used_bytes', ['memory_used_bytes']],
  ['gauge', 'total_bytes', ['memory_total_bytes']],
  ['gauge', 'free_bytes', ['memory_free_bytes']],
  ['gauge', 'reserved_bytes', ['memory_reserved_bytes'], 'drivers from 510 on'],
  ['gauge', 'process_count', ['compute_apps'], 'only with --collect.compute-apps'],
  ['gauge', 'util_ratio', ['utilization_gpu_ratio'], 'nvidia-smi gives none for a GPU in MIG mode'],
  ['gauge', 'mem_util_ratio', ['utilization_memory_ratio']],
  ['gauge', 'encoder_util_ratio', ['utilization_encoder_ratio']],
  ['gauge', 'decoder_util_ratio', ['utilization_decoder_ratio']],
  ['gauge', 'temperature_c', ['temperature_gpu']],
  ['gauge', 'mem_temperature_c', ['temperature_memory'], 'HBM GPUs only'],
  ['gauge', 'power_w', ['power_draw_watts', 'power_draw_instant_watts', 'power_draw_average_watts']],
  ['gauge', 'power_limit_w', ['enforced_power_limit_watts', 'power_limit_watts']],
  ['gauge', 'sm_clock_hz', ['clocks_current_sm_clock_hz']],
  ['gauge', 'mem_clock_hz', ['clocks_current_memory_clock_hz']],
  ['gauge', 'sm_clock_max_hz', ['clocks_max_sm_clock_hz']],
  ['gauge', 'fan_ratio', ['fan_speed_ratio'], 'passively cooled GPUs have no fan'],
  ['gauge', 'pstate', ['pstate']],
  ['gauge', 'throttle_bits', ['clocks_event_reasons_active', 'clocks_throttle_reasons_active']],
  ['gauge', 'ecc_corrected', ['ecc_errors_corrected_volatile_total'], 'GPUs without ECC have none'],
  ['gauge', 'ecc_uncorrected', ['ecc_errors_uncorrected_volatile_total'], 'GPUs without ECC have none'],
  ['gauge', 'ecc_corrected_lifetime', ['ecc_errors_corrected_aggregate_total'], 'GPUs without ECC have none'],
  ['gauge', 'ecc_uncorrected_lifetime', ['ecc_errors_uncorrected_aggregate_total'], 'GPUs without ECC have none'],
  ['gauge', 'remapped_rows_correctable', ['remapped_rows_correctable']],
  ['gauge', 'remapped_rows_uncorrectable', ['remapped_rows_uncorrectable']],
  ['gauge', 'remapped_rows_pending', ['remapped_rows_pending']],
  ['gauge', 'remapped_rows_failure', ['remapped_rows_failure']],
  ['gauge', 'retired_pages_pending', ['retired_pages_pending']],
  ['gauge', 'pcie_gen', ['pcie_link_gen_current']],
  ['gauge', 'pcie_width', ['pcie_link_width_current']],
  ['counter', 'energy_j', ['energy_joules_total'], NVML_ONLY],
];

const ROWS: readonly GpuRow[] = TABLE.map(
  ([kind, field, names, note]) => ({ kind, field, names: names.map((name) => `nvidia_smi_${name}`), note }) as GpuRow,
);

/** Memory of MIG instances, by the GPU instance id; the parent keeps its own row. */
const MIG_ROWS = [
  ['used_bytes', 'nvidia_smi_mig_memory_used_bytes'],
  ['total_bytes', 'nvidia_smi_mig_memory_total_bytes'],
  ['free_bytes', 'nvidia_smi_mig_memory_free_bytes'],
  ['reserved_bytes', 'nvidia_smi_mig_memory_reserved_bytes'],
  ['graphics_active_ratio', 'nvidia_smi_mig_graphics_activity_ratio'],
  ['tensor_active_ratio', 'nvidia_smi_mig_tensor_activity_ratio'],
] as const;

const MARKS: ReadonlySet<string> = new Set([
  'nvidia_smi_memory_used_bytes',
  'nvidia_smi_failed_scrapes_total',
  'nvidia_smi_last_collect_success',
  'nvidia_smi_command_exit_code',
  'nvidia_smi_nvml_return_code',
]);

function ignoredReason(name: string): string | undefined {
  if (!name.startsWith('nvidia_smi_')) return undefined;
  if (/clocks_(?:event|throttle)_reasons_counters/.test(name))
    return 'time per throttle reason; the reasons of the moment are kept';
  if (/clocks_(?:event|throttle)_reasons_/.test(name))
    return 'a bit of the mask of active throttle reasons, which is kept';
  if (/collect|command_exit_code|nvml_return_code/.test(name))
    return 'about the exporter; a failed collection shows as a note';
  if (/pcie_throughput/.test(name)) return 'link traffic is not stored';
  return 'an nvidia-smi field without a canonical field';
}

/** utkuozdemir/nvidia_gpu_exporter (port 9835), 1.2 to 1.14, with the nvidia-smi or the NVML backend. */
export const nvidiaGpuExporter: PageSource = {
  name: 'nvidia-gpu-exporter',
  kind: 'gpu',
  detects: (shape) => shape.families.some(({ name }) => MARKS.has(name)),
  plan: (shape) =>
    compileGpus(
      shape,
      {
        rows: ROWS,
        identify(labels) {
          const uuid = labelText(labels, 'uuid');
          return uuid === undefined ? undefined : { uuid: normaliseUuid(uuid), mig: '', attributes: {} };
        },
        notes: {
          xid_errors: NVML_ONLY,
          xid_last: `${NVML_ONLY}, after the first XID`,
          process_used_bytes: 'only with --collect.compute-apps; Windows reports no sizes',
          collected_at_s: 'newer releases only',
        },
        ignored: ignoredReason,
      },
      (draft) => {
        addInfo(draft);
        addMigInstances(draft);
        addThrottleReasons(draft);
        addXid(draft);
        addCollection(draft);
        addProcesses(draft);
        const instances = draft.gpus.filter((gpu) => gpu.mig !== '').length;
        const whole = draft.gpus.length - instances;
        const backend = hasFamily(shape, 'nvidia_smi_nvml_return_code') ? ' (NVML backend)' : '';
        return {
          recognised: `nvidia_gpu_exporter${backend}, ${whole} GPU${whole === 1 ? '' : 's'}${instances > 0 ? ` and ${instances} MIG instances` : ''}`,
        };
      },
    ),
};

function hasFamily(shape: PageShape, name: string): boolean {
  return shape.families.some((family) => family.name === name);
}

/** Names and versions stand on gpu_info and mig_info, joined by uuid. */
function addInfo({ builder, shape, subjectOf }: GpuDraftPlan): void {
  shape.series.forEach((series, index) => {
    if (series.name !== 'nvidia_smi_gpu_info') return;
    const uuid = labelText(series.labels, 'uuid');
    if (uuid === undefined) return;
    const attributes: Record<string, string> = {};
    for (const label of ['name', 'index', 'driver_version', 'cuda_version', 'pci_bus_id', 'vbios_version', 'serial']) {
      const value = labelText(series.labels, label);
      if (value !== undefined) attributes[label] = value;
    }
    if (subjectOf({ uuid: normaliseUuid(uuid), mig: '', attributes }) >= 0) builder.stored(index);
  });
}

function addMigInstances({ builder, shape, subjectOf }: GpuDraftPlan): void {
  const fields = new Map<string, (typeof MIG_ROWS)[number][0]>(MIG_ROWS.map(([field, name]) => [name, field]));
  shape.series.forEach((series, index) => {
    const field = fields.get(series.name);
    if (field === undefined) return;
    const uuid = labelText(series.labels, 'uuid');
    const mig = labelText(series.labels, 'gpu_instance_id');
    if (uuid === undefined || mig === undefined) return;
    builder.gauge(index, subjectOf({ uuid: normaliseUuid(uuid), mig, attributes: {} }), field, { combine: 'max' });
  });
  shape.series.forEach((series, index) => {
    if (series.name !== 'nvidia_smi_mig_info') return;
    const uuid = labelText(series.labels, 'uuid');
    const mig = labelText(series.labels, 'gpu_instance_id');
    if (uuid === undefined || mig === undefined) return;
    const attributes: Record<string, string> = {};
    const profile = labelText(series.labels, 'profile');
    const own = labelText(series.labels, 'mig_uuid');
    if (profile !== undefined) attributes.mig_profile = profile;
    if (own !== undefined) attributes.mig_uuid = own;
    if (subjectOf({ uuid: normaliseUuid(uuid), mig, attributes }) >= 0) builder.stored(index);
  });
}

/** Exporters of a driver that has no bit mask print one 0/1 series per reason; they are folded into the same mask. */
function addThrottleReasons({ builder, shape, subjectOf }: GpuDraftPlan): void {
  const bits = new Map<string, number>();
  for (const [reason, bit] of Object.entries(THROTTLE_BITS)) {
    bits.set(`nvidia_smi_clocks_event_reasons_${reason}`, bit);
    bits.set(`nvidia_smi_clocks_throttle_reasons_${reason}`, bit);
  }
  const masked = new Set<number>();
  const found: { index: number; subject: number; bit: number }[] = [];
  shape.series.forEach((series, index) => {
    const bit = bits.get(series.name);
    const uuid = labelText(series.labels, 'uuid');
    if (bit === undefined || uuid === undefined) return;
    const subject = subjectOf({ uuid: normaliseUuid(uuid), mig: '', attributes: {} });
    if (builder.has(subject, 'throttle_bits')) masked.add(subject);
    found.push({ index, subject, bit });
  });
  for (const { index, subject, bit } of found) {
    if (!masked.has(subject)) builder.gauge(index, subject, 'throttle_bits', { combine: 'or', multiply: bit });
  }
}

/** A series per code appears at its first event, so a GPU of the NVML backend without one has had 0 since the exporter started. */
function addXid({ builder, shape, gpus, subjectOf }: GpuDraftPlan): void {
  const times: { series: number; subject: number; code: number }[] = [];
  shape.series.forEach((series, index) => {
    if (series.name !== 'nvidia_smi_xid_errors_total' && series.name !== 'nvidia_smi_xid_last_timestamp_seconds')
      return;
    const uuid = labelText(series.labels, 'uuid');
    const code = Number(series.labels.get('xid'));
    if (uuid === undefined || !Number.isInteger(code)) return;
    const subject = subjectOf({ uuid: normaliseUuid(uuid), mig: '', attributes: {} });
    if (series.name === 'nvidia_smi_xid_errors_total')
      builder.counter(index, subject, 'xid_errors', { combine: 'sum' });
    else {
      times.push({ series: index, subject, code });
      builder.stored(index);
      builder.origin(subject, 'xid_last', series.name);
    }
  });
  if (hasFamily(shape, 'nvidia_smi_nvml_return_code')) {
    for (const gpu of gpus) {
      if (gpu.mig === '' && !builder.has(gpu.index, 'xid_errors')) {
        builder.constantCounter(gpu.index, 'xid_errors', 0, 'nvidia_smi_xid_errors_total');
      }
    }
  }
  if (times.length === 0) return;
  builder.after((values, drafts) => {
    const latest = new Map<number, number>();
    for (const { series, subject, code } of times) {
      const at = values[series] ?? Number.NaN;
      const draft = drafts[subject];
      if (draft === undefined || !(at > (latest.get(subject) ?? Number.NEGATIVE_INFINITY))) continue;
      latest.set(subject, at);
      draft.gauges.xid_last = code;
    }
  });
}

/** What the exporter says about its own runs. When one fails, all GPU series vanish and the scrape still answers 200. */
function addCollection({ builder, shape, gpus }: GpuDraftPlan): void {
  shape.series.forEach((series, index) => {
    const first = gpus[0];
    if (series.name === 'nvidia_smi_failed_scrapes_total' && first !== undefined) {
      builder.counter(index, first.index, 'collect_failures');
    } else if (series.name === 'nvidia_smi_last_collect_success_timestamp_seconds' && gpus.length > 0) {
      for (const gpu of gpus) builder.gauge(index, gpu.index, 'collected_at_s', { combine: 'max' });
    } else if (series.name === 'nvidia_smi_last_collect_success') {
      builder.after((values, _drafts, note) => {
        if (values[index] === 0) note("the exporter's last nvidia-smi run failed, so GPU values are missing or old");
      });
      builder.stored(index);
    }
  });
}
