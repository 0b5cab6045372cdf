import type { Gpu } from '#lib/simulator/gpu.ts';
import { goNumber } from '#lib/simulator/print/numbers.ts';
import { PageLayout } from '#lib/simulator/print/page.ts';

const BYTES_PER_MIB = 1_048_576;

type Row = readonly [name: string, help: string, value: (gpu: Gpu) => number | null];

const ROWS: readonly Row[] = [
  [
    'duty_cycle',
    'Percent of time over the past sample period during which one or more kernels were executing on the GPU device',
    (gpu) => Math.round(gpu.utilization * 100),
  ],
  [
    'fanspeed_percent',
    'Fanspeed of the GPU device as a percent of its maximum',
    (gpu) => (gpu.settings.hbm ? null : Math.round(20 + gpu.temperatureC * 0.6)),
  ],
  ['memory_total_bytes', 'Total memory of the GPU device in bytes', (gpu) => gpu.settings.totalMib * BYTES_PER_MIB],
  // NVML's first memory call: "used" includes the part that the driver reserves.
  [
    'memory_used_bytes',
    'Memory used by the GPU device in bytes',
    (gpu) => (gpu.usedMib + gpu.settings.reservedMib) * BYTES_PER_MIB,
  ],
];
const ROWS_AFTER_COUNT: readonly Row[] = [
  ['power_usage_milliwatts', 'Power usage of the GPU device in milliwatts', (gpu) => Math.round(gpu.powerW * 1000)],
  ['temperature_celsius', 'Temperature of the GPU device in celsius', (gpu) => Math.round(gpu.temperatureC)],
];

/** mindprince/nvidia_gpu_prometheus_exporter; families sorted by name. */
export function mindprincePage(gpus: readonly Gpu[]): PageLayout {
  const page = new PageLayout();
  for (const row of ROWS) addRow(page, gpus, row);
  page.family('nvidia_gpu_num_devices', 'gauge', 'Number of GPU devices');
  page.fixed(`nvidia_gpu_num_devices ${gpus.length}\n`);
  for (const row of ROWS_AFTER_COUNT) addRow(page, gpus, row);
  return page;
}

function addRow(page: PageLayout, gpus: readonly Gpu[], [name, help, value]: Row): void {
  const having = gpus.filter((gpu) => value(gpu) !== null);
  if (having.length === 0) return;
  page.family(`nvidia_gpu_${name}`, 'gauge', help);
  for (const gpu of having) {
    const { index, uuid, name: model } = gpu.settings;
    page.sample(
      `nvidia_gpu_${name}`,
      [
        ['minor_number', String(index)],
        ['name', model],
        ['uuid', `GPU-${uuid}`],
      ],
      goNumber,
      () => value(gpu) ?? 0,
    );
  }
}
