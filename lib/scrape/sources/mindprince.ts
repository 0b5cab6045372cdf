import { compileGpus, type GpuRow, labelText, normaliseUuid } from '#lib/scrape/sources/gpu-plan.ts';
import type { PageSource } from '#lib/scrape/sources/source.ts';

const ROWS: readonly GpuRow[] = [
  { kind: 'gauge', field: 'used_bytes', names: ['nvidia_gpu_memory_used_bytes'] },
  { kind: 'gauge', field: 'total_bytes', names: ['nvidia_gpu_memory_total_bytes'] },
  { kind: 'gauge', field: 'util_ratio', names: ['nvidia_gpu_duty_cycle'], divide: 100 },
  { kind: 'gauge', field: 'power_w', names: ['nvidia_gpu_power_usage_milliwatts'], divide: 1000 },
  { kind: 'gauge', field: 'temperature_c', names: ['nvidia_gpu_temperature_celsius'] },
  { kind: 'gauge', field: 'fan_ratio', names: ['nvidia_gpu_fanspeed_percent'], divide: 100 },
];

/** mindprince/nvidia_gpu_prometheus_exporter (port 9445): percent, milliwatts, and no free memory, clocks, ECC or XID. */
export const mindprince: PageSource = {
  name: 'mindprince',
  kind: 'gpu',
  detects: (shape) =>
    shape.families.some(({ name }) => name === 'nvidia_gpu_duty_cycle' || name === 'nvidia_gpu_num_devices'),
  plan: (shape) =>
    compileGpus(
      shape,
      {
        rows: ROWS,
        identify(labels) {
          const uuid = labelText(labels, 'uuid');
          if (uuid === undefined) return undefined;
          const attributes: Record<string, string> = {};
          const name = labelText(labels, 'name');
          const index = labelText(labels, 'minor_number');
          if (name !== undefined) attributes.name = name;
          if (index !== undefined) attributes.index = index;
          return { uuid: normaliseUuid(uuid), mig: '', attributes };
        },
        ignored: (name) => (name === 'nvidia_gpu_num_devices' ? 'the GPUs themselves are counted' : undefined),
      },
      ({ builder, gpus }) => {
        builder.note('used memory of this exporter includes the part reserved by the driver');
        for (const gpu of gpus)
          builder.origin(gpu.index, 'free_bytes', 'nvidia_gpu_memory_total_bytes - nvidia_gpu_memory_used_bytes');
        builder.after((_values, drafts) => {
          for (const { gauges } of drafts) {
            if (gauges.total_bytes !== undefined && gauges.used_bytes !== undefined) {
              gauges.free_bytes = gauges.total_bytes - gauges.used_bytes;
            }
          }
        });
        return { recognised: `mindprince nvidia_gpu exporter, ${gpus.length} GPU${gpus.length === 1 ? '' : 's'}` };
      },
    ),
};
