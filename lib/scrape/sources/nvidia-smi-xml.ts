import { XMLParser } from 'fast-xml-parser';
import { THROTTLE_BITS } from '#lib/metrics/sample.ts';
import { normaliseUuid } from '#lib/scrape/sources/gpu-plan.ts';
import type { SmiGpu, SmiGpuField } from '#lib/scrape/sources/nvidia-smi.ts';
import { smiNumber, smiText } from '#lib/scrape/sources/nvidia-smi-text.ts';

/** Names the driver, not the schema number, decides; all are tried in order. Paths are below `<gpu>`. */
const PATHS: readonly (readonly [field: SmiGpuField, ...paths: string[]])[] = [
  ['used_bytes', 'fb_memory_usage.used'],
  ['total_bytes', 'fb_memory_usage.total'],
  ['free_bytes', 'fb_memory_usage.free'],
  ['reserved_bytes', 'fb_memory_usage.reserved'],
  ['util_ratio', 'utilization.gpu_util'],
  ['mem_util_ratio', 'utilization.memory_util'],
  ['encoder_util_ratio', 'utilization.encoder_util'],
  ['decoder_util_ratio', 'utilization.decoder_util'],
  ['temperature_c', 'temperature.gpu_temp'],
  ['mem_temperature_c', 'temperature.memory_temp'],
  [
    'power_w',
    'gpu_power_readings.power_draw',
    'gpu_power_readings.average_power_draw',
    'gpu_power_readings.instant_power_draw',
    'power_readings.power_draw',
  ],
  [
    'power_limit_w',
    'power_readings.enforced_power_limit',
    'gpu_power_readings.current_power_limit',
    'power_readings.power_limit',
  ],
  ['sm_clock_hz', 'clocks.sm_clock'],
  ['mem_clock_hz', 'clocks.mem_clock'],
  ['sm_clock_max_hz', 'max_clocks.sm_clock'],
  ['fan_ratio', 'fan_speed'],
  ['pstate', 'performance_state'],
  ['remapped_rows_correctable', 'remapped_rows.remapped_row_corr'],
  ['remapped_rows_uncorrectable', 'remapped_rows.remapped_row_unc'],
  ['remapped_rows_pending', 'remapped_rows.remapped_row_pending'],
  ['remapped_rows_failure', 'remapped_rows.remapped_row_failure'],
  ['retired_pages_pending', 'retired_pages.pending_retirement', 'retired_pages.pending_blacklist'],
  ['pcie_gen', 'pci.pci_gpu_link_info.pcie_gen.current_link_gen'],
  ['pcie_width', 'pci.pci_gpu_link_info.link_widths.current_link_width'],
];

/** Sums: newer schemas print ECC errors by place, the oldest ones a total. */
const ECC: readonly (readonly [field: SmiGpuField, total: string, parts: readonly string[]])[] = [
  [
    'ecc_corrected',
    'ecc_errors.volatile.single_bit.total',
    ['sram_correctable', 'dram_correctable'].map((p) => `ecc_errors.volatile.${p}`),
  ],
  [
    'ecc_uncorrected',
    'ecc_errors.volatile.double_bit.total',
    ['sram_uncorrectable', 'sram_uncorrectable_parity', 'sram_uncorrectable_secded', 'dram_uncorrectable'].map(
      (p) => `ecc_errors.volatile.${p}`,
    ),
  ],
  [
    'ecc_corrected_lifetime',
    'ecc_errors.aggregate.single_bit.total',
    ['sram_correctable', 'dram_correctable'].map((p) => `ecc_errors.aggregate.${p}`),
  ],
  [
    'ecc_uncorrected_lifetime',
    'ecc_errors.aggregate.double_bit.total',
    ['sram_uncorrectable', 'sram_uncorrectable_parity', 'sram_uncorrectable_secded', 'dram_uncorrectable'].map(
      (p) => `ecc_errors.aggregate.${p}`,
    ),
  ],
];

const LISTS = new Set(['gpu', 'mig_device', 'process_info']);

/**
 * Reads `nvidia-smi -q -x`: one entry per GPU, and one more per MIG instance, whose processes stand with it.
 * Works over the node names of drivers 418 to 595. Text that is not this XML gives [].
 */
export function readSmiXml(text: string): SmiGpu[] {
  if (!text.includes('<nvidia_smi_log')) return [];
  const parser = new XMLParser({
    ignoreAttributes: false,
    parseTagValue: false,
    processEntities: true,
    isArray: (name) => LISTS.has(name),
  });
  let root: unknown;
  try {
    root = at(parser.parse(text), 'nvidia_smi_log');
  } catch {
    return [];
  }
  const driver = smiText(textAt(root, 'driver_version'));
  return list(at(root, 'gpu')).flatMap((gpu, order) => readGpu(gpu, order, driver));
}

function readGpu(gpu: unknown, order: number, driver: string | undefined): SmiGpu[] {
  const rawUuid = smiText(textAt(gpu, 'uuid'));
  if (rawUuid === undefined) return [];
  const uuid = normaliseUuid(rawUuid);
  const gauges: SmiGpu['gauges'] = {};
  const origins: Record<string, string> = {};
  for (const [field, ...paths] of PATHS) {
    for (const path of paths) {
      const value = smiNumber(textAt(gpu, path));
      if (value === undefined) continue;
      gauges[field] = value;
      origins[field] = path;
      break;
    }
  }
  for (const [field, total, parts] of ECC) {
    const whole = smiNumber(textAt(gpu, total));
    const values = parts.map((path) => smiNumber(textAt(gpu, path))).filter((value) => value !== undefined);
    if (whole === undefined && values.length === 0) continue;
    gauges[field] = whole ?? values.reduce((sum, value) => sum + value, 0);
    origins[field] = whole === undefined ? 'ecc_errors' : total;
  }
  const bits = throttleBits(gpu);
  if (bits !== undefined) {
    gauges.throttle_bits = bits;
    origins.throttle_bits = 'clocks_event_reasons';
  }
  const counters: SmiGpu['counters'] = {};
  const replays = smiNumber(textAt(gpu, 'pci.replay_counter'));
  if (replays !== undefined) {
    counters.pcie_replays = replays;
    origins.pcie_replays = 'pci.replay_counter';
  }
  const attributes: Record<string, string> = {};
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined) attributes[name] = value;
  };
  set('name', smiText(textAt(gpu, 'product_name')));
  set('index', String(order));
  set('driver_version', driver);
  set('pci_bus_id', smiText(textAt(gpu, 'pci.pci_bus_id')));
  set('serial', smiText(textAt(gpu, 'serial')));
  set('mig_mode_current', smiText(textAt(gpu, 'mig_mode.current_mig')));
  const processes = readProcesses(gpu);
  const instances = readInstances(gpu, uuid, processes);
  if (instances.length > 0) attributes.mig_mode = 'parent of instances on this page';
  const own = processes?.filter(
    (process) => process.instance === undefined || !instances.some((one) => one.mig === process.instance),
  );
  return [
    {
      uuid,
      mig: '',
      attributes,
      gauges,
      counters,
      origins,
      processes: own?.map(({ instance: _, ...rest }) => rest) ?? null,
    },
    ...instances,
  ];
}

type InstanceProcess = { pid: string; name: string; usedBytes: number | null; instance: string | undefined };

function readProcesses(gpu: unknown): InstanceProcess[] | undefined {
  const node = at(gpu, 'processes');
  if (node === undefined) return undefined;
  if (typeof node === 'string' && /n\/a|not supported/i.test(node)) return undefined;
  return list(at(node, 'process_info')).map((process) => {
    const gi = smiText(textAt(process, 'gpu_instance_id'));
    const ci = smiText(textAt(process, 'compute_instance_id'));
    return {
      pid: textAt(process, 'pid'),
      name: textAt(process, 'process_name'),
      usedBytes: smiNumber(textAt(process, 'used_memory')) ?? null,
      instance: gi === undefined ? undefined : `${gi}/${ci ?? '0'}`,
    };
  });
}

function readInstances(gpu: unknown, uuid: string, processes: readonly InstanceProcess[] | undefined): SmiGpu[] {
  return list(at(at(gpu, 'mig_devices'), 'mig_device')).flatMap((device): SmiGpu[] => {
    const gi = smiText(textAt(device, 'gpu_instance_id'));
    if (gi === undefined) return [];
    const mig = `${gi}/${smiText(textAt(device, 'compute_instance_id')) ?? '0'}`;
    const gauges: SmiGpu['gauges'] = {};
    const origins: Record<string, string> = {};
    for (const name of ['used', 'total', 'free', 'reserved'] as const) {
      const value = smiNumber(textAt(device, `fb_memory_usage.${name}`));
      if (value === undefined) continue;
      gauges[`${name}_bytes`] = value;
      origins[`${name}_bytes`] = `mig_device.fb_memory_usage.${name}`;
    }
    const own = processes?.filter((process) => process.instance === mig).map(({ instance: _, ...rest }) => rest);
    const attributes: Record<string, string> = {};
    const index = smiText(textAt(device, 'index'));
    const name = smiText(textAt(device, 'name'));
    if (index !== undefined) attributes.mig_index = index;
    if (name !== undefined) attributes.mig_profile = name;
    return [{ uuid, mig, attributes, gauges, counters: {}, origins, processes: own ?? null }];
  });
}

function throttleBits(gpu: unknown): number | undefined {
  const node = at(gpu, 'clocks_event_reasons') ?? at(gpu, 'clocks_throttle_reasons');
  let bits: number | undefined;
  for (const [reason, bit] of Object.entries(THROTTLE_BITS)) {
    const value =
      smiNumber(textAt(node, `clocks_event_reason_${reason}`)) ??
      smiNumber(textAt(node, `clocks_throttle_reason_${reason}`));
    if (value !== undefined) bits = (bits ?? 0) | (value === 0 ? 0 : bit);
  }
  return bits;
}

function at(node: unknown, key: string): unknown {
  return typeof node === 'object' && node !== null && Object.hasOwn(node, key)
    ? (node as Record<string, unknown>)[key]
    : undefined;
}

function textAt(node: unknown, path: string): string {
  const found = path.split('.').reduce<unknown>(at, node);
  return typeof found === 'string' ? found : '';
}

function list(node: unknown): unknown[] {
  return Array.isArray(node) ? node : [];
}
