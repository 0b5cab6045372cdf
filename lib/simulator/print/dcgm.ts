import type { Gpu } from '#lib/simulator/gpu.ts';
import { sixDecimals, wholeNumber } from '#lib/simulator/print/numbers.ts';
import { DRIVER_VERSION } from '#lib/simulator/print/nvidia-gpu-exporter.ts';
import { type FormatNumber, type Labels, PageLayout } from '#lib/simulator/print/page.ts';
import { memoryC } from '#lib/simulator/print/smi-fields.ts';

/** dcgm-exporter 3.x, or 4.x of 2026: the latter prints reserved memory, the bus id and `hostname` in lower case. */
export type DcgmAge = '3' | '4';

type Row = {
  name: string;
  type: 'gauge' | 'counter';
  help: string;
  format: FormatNumber;
  value: (gpu: Gpu) => number;
  since4?: true;
  hbmOnly?: true;
};

const row = (
  name: string,
  type: Row['type'],
  help: string,
  format: FormatNumber,
  value: Row['value'],
  only: Partial<Row> = {},
): Row => {
  return { name, type, help, format, value, ...only };
};

/** The default list of counters, in its order. */
const ROWS: readonly Row[] = [
  row('DEV_SM_CLOCK', 'gauge', 'SM clock frequency (in MHz).', wholeNumber, (gpu) => gpu.smClockMhz),
  row('DEV_MEM_CLOCK', 'gauge', 'Memory clock frequency (in MHz).', wholeNumber, (gpu) => gpu.settings.memClockMhz),
  row('DEV_MEMORY_TEMP', 'gauge', 'Memory temperature (in C).', wholeNumber, (gpu) =>
    gpu.settings.hbm ? memoryC(gpu) : 0,
  ),
  row('DEV_GPU_TEMP', 'gauge', 'GPU temperature (in C).', wholeNumber, (gpu) => gpu.temperatureC),
  row('DEV_POWER_USAGE', 'gauge', 'Power draw (in W).', sixDecimals, (gpu) => gpu.powerW),
  row(
    'DEV_TOTAL_ENERGY_CONSUMPTION',
    'counter',
    'Total energy consumption since boot (in mJ).',
    wholeNumber,
    (gpu) => gpu.energyJ * 1000,
  ),
  row('DEV_PCIE_REPLAY_COUNTER', 'counter', 'Total number of PCIe retries.', wholeNumber, (gpu) => gpu.pcieReplays),
  row('DEV_GPU_UTIL', 'gauge', 'GPU utilization (in %).', wholeNumber, (gpu) => gpu.utilization * 100),
  row('DEV_MEM_COPY_UTIL', 'gauge', 'Memory utilization (in %).', wholeNumber, (gpu) => gpu.memoryUtilization * 100),
  row('DEV_ENC_UTIL', 'gauge', 'Encoder utilization (in %).', wholeNumber, () => 0),
  row('DEV_DEC_UTIL', 'gauge', 'Decoder utilization (in %).', wholeNumber, () => 0),
  row('DEV_XID_ERRORS', 'gauge', 'Value of the last XID error encountered.', wholeNumber, lastXid),
  row('DEV_FB_FREE', 'gauge', 'Framebuffer memory free (in MiB).', wholeNumber, (gpu) => gpu.freeMib),
  row('DEV_FB_USED', 'gauge', 'Framebuffer memory used (in MiB).', wholeNumber, (gpu) => gpu.usedMib),
  row(
    'DEV_FB_RESERVED',
    'gauge',
    'Framebuffer memory reserved (in MiB).',
    wholeNumber,
    (gpu) => gpu.settings.reservedMib,
    { since4: true },
  ),
  row(
    'DEV_NVLINK_BANDWIDTH_TOTAL',
    'counter',
    'Total number of NVLink bandwidth counters for all lanes.',
    wholeNumber,
    () => 0,
  ),
  row('DEV_VGPU_LICENSE_STATUS', 'gauge', 'vGPU License status', wholeNumber, () => 0),
  row(
    'DEV_UNCORRECTABLE_REMAPPED_ROWS',
    'counter',
    'Number of remapped rows for uncorrectable errors',
    wholeNumber,
    () => 0,
    { hbmOnly: true },
  ),
  row(
    'DEV_CORRECTABLE_REMAPPED_ROWS',
    'counter',
    'Number of remapped rows for correctable errors',
    wholeNumber,
    () => 0,
    { hbmOnly: true },
  ),
  row('DEV_ROW_REMAP_FAILURE', 'gauge', 'Whether remapping of rows has failed', wholeNumber, () => 0, {
    hbmOnly: true,
  }),
  row(
    'PROF_GR_ENGINE_ACTIVE',
    'gauge',
    'Ratio of time the graphics engine is active.',
    sixDecimals,
    (gpu) => gpu.utilization,
    { hbmOnly: true },
  ),
  row(
    'PROF_PIPE_TENSOR_ACTIVE',
    'gauge',
    'Ratio of cycles the tensor (HMMA) pipe is active.',
    sixDecimals,
    (gpu) => gpu.utilization * 0.38,
    { hbmOnly: true },
  ),
  row(
    'PROF_DRAM_ACTIVE',
    'gauge',
    'Ratio of cycles the device memory interface is active sending or receiving data.',
    sixDecimals,
    (gpu) => gpu.memoryUtilization,
    { hbmOnly: true },
  ),
  row('PROF_PCIE_TX_BYTES', 'gauge', pcieHelp('transmitted'), wholeNumber, (gpu) => gpu.utilization * 2.1e8, {
    hbmOnly: true,
  }),
  row('PROF_PCIE_RX_BYTES', 'gauge', pcieHelp('received'), wholeNumber, (gpu) => gpu.utilization * 3.4e8, {
    hbmOnly: true,
  }),
];

/** NVIDIA dcgm-exporter with its default counters. */
export function dcgmPage(host: string, gpus: readonly Gpu[], age: DcgmAge): PageLayout {
  const page = new PageLayout();
  for (const one of ROWS) {
    if (one.since4 === true && age === '3') continue;
    const having = gpus.filter((gpu) => one.hbmOnly !== true || gpu.settings.hbm);
    if (having.length === 0) continue;
    page.family(`DCGM_FI_${one.name}`, one.type, one.help);
    for (const gpu of having)
      page.sample(`DCGM_FI_${one.name}`, labelsOf(host, gpu, age), one.format, () => one.value(gpu));
  }
  return page;
}

function labelsOf(host: string, { settings }: Gpu, age: DcgmAge): Labels {
  const bus: Labels = age === '3' ? [] : [['pci_bus_id', settings.busId]];
  return [
    ['gpu', String(settings.index)],
    ['UUID', `GPU-${settings.uuid}`],
    ...bus,
    ['device', `nvidia${settings.index}`],
    ['modelName', settings.name],
    [age === '3' ? 'Hostname' : 'hostname', host],
    ['DCGM_FI_DRIVER_VERSION', DRIVER_VERSION],
  ];
}

/** The last code stays until the driver is loaded again. */
function lastXid(gpu: Gpu): number {
  let last = { code: 0, atS: Number.NEGATIVE_INFINITY };
  for (const [code, { atS }] of gpu.xidCounts) if (atS >= last.atS) last = { code, atS };
  return last.code;
}

function pcieHelp(what: string): string {
  return `The rate of data ${what} over the PCIe bus - including both protocol headers and data payloads - in bytes per second.`;
}
