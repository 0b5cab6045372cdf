import { THROTTLE_BITS } from '#lib/metrics/sample.ts';
import { BYTES_PER_MIB, normaliseUuid } from '#lib/scrape/sources/gpu-plan.ts';
import type { SmiApp, SmiGpu, SmiGpuField } from '#lib/scrape/sources/nvidia-smi.ts';
import { smiNumber, smiText } from '#lib/scrape/sources/nvidia-smi-text.ts';

/** Query field -> canonical field, in order of preference, with the unit it has under `nounits`. */
const COLUMNS: readonly (readonly [column: string, field: SmiGpuField, unit?: string])[] = [
  ['memory.used', 'used_bytes', 'MiB'],
  ['memory.total', 'total_bytes', 'MiB'],
  ['memory.free', 'free_bytes', 'MiB'],
  ['memory.reserved', 'reserved_bytes', 'MiB'],
  ['utilization.gpu', 'util_ratio', '%'],
  ['utilization.memory', 'mem_util_ratio', '%'],
  ['utilization.encoder', 'encoder_util_ratio', '%'],
  ['utilization.decoder', 'decoder_util_ratio', '%'],
  ['temperature.gpu', 'temperature_c'],
  ['temperature.memory', 'mem_temperature_c'],
  ['power.draw', 'power_w'],
  ['power.draw.instant', 'power_w'],
  ['power.draw.average', 'power_w'],
  ['enforced.power.limit', 'power_limit_w'],
  ['power.limit', 'power_limit_w'],
  ['clocks.current.sm', 'sm_clock_hz', 'MHz'],
  ['clocks.sm', 'sm_clock_hz', 'MHz'],
  ['clocks.current.memory', 'mem_clock_hz', 'MHz'],
  ['clocks.mem', 'mem_clock_hz', 'MHz'],
  ['clocks.max.sm', 'sm_clock_max_hz', 'MHz'],
  ['fan.speed', 'fan_ratio', '%'],
  ['pstate', 'pstate'],
  ['clocks_event_reasons.active', 'throttle_bits'],
  ['clocks_throttle_reasons.active', 'throttle_bits'],
  ['ecc.errors.corrected.volatile.total', 'ecc_corrected'],
  ['ecc.errors.uncorrected.volatile.total', 'ecc_uncorrected'],
  ['ecc.errors.corrected.aggregate.total', 'ecc_corrected_lifetime'],
  ['ecc.errors.uncorrected.aggregate.total', 'ecc_uncorrected_lifetime'],
  ['remapped_rows.correctable', 'remapped_rows_correctable'],
  ['remapped_rows.uncorrectable', 'remapped_rows_uncorrectable'],
  ['remapped_rows.pending', 'remapped_rows_pending'],
  ['remapped_rows.failure', 'remapped_rows_failure'],
  ['retired_pages.pending', 'retired_pages_pending'],
  ['pcie.link.gen.current', 'pcie_gen'],
  ['pcie.link.gen.gpucurrent', 'pcie_gen'],
  ['pcie.link.width.current', 'pcie_width'],
];

const ATTRIBUTES = [
  'name',
  'index',
  'driver_version',
  'pci.bus_id',
  'serial',
  'vbios_version',
  'mig.mode.current',
] as const;

/**
 * Reads `nvidia-smi --query-gpu=… --format=csv` (with or without `nounits`; not `noheader`). Any columns in any order;
 * `uuid` must be among them. Rows that do not have as many cells as the header are left out, as are rows without a uuid.
 */
export function readGpuCsv(text: string): SmiGpu[] {
  const [header, ...rows] = lines(text);
  if (header === undefined) return [];
  const columns = splitCells(header).map((cell) => {
    const found = /^(.*?)(?:\s*\[([^\]]*)\])?$/.exec(cell);
    return { name: (found?.[1] ?? cell).trim(), unit: found?.[2] ?? '' };
  });
  const gpus: SmiGpu[] = [];
  for (const row of rows) {
    const cells = splitCells(row);
    if (cells.length !== columns.length) continue;
    const byName = new Map(columns.map((column, i) => [column.name, { cell: cells[i] ?? '', unit: column.unit }]));
    const gpu = readRow(byName);
    if (gpu !== undefined) gpus.push(gpu);
  }
  return gpus;
}

type Cells = ReadonlyMap<string, { readonly cell: string; readonly unit: string }>;

function readRow(cells: Cells): SmiGpu | undefined {
  const uuid = smiText(cells.get('uuid')?.cell ?? cells.get('gpu_uuid')?.cell ?? '');
  if (uuid === undefined) return undefined;
  const gauges: SmiGpu['gauges'] = {};
  const origins: Record<string, string> = {};
  for (const [column, field, unit = ''] of COLUMNS) {
    if (gauges[field] !== undefined) continue;
    const found = cells.get(column);
    const value = found === undefined ? undefined : smiNumber(found.cell, found.unit === '' ? unit : found.unit);
    if (value === undefined) continue;
    gauges[field] = value;
    origins[field] = column;
  }
  if (gauges.throttle_bits === undefined) foldReasons(cells, gauges, origins);
  const attributes: Record<string, string> = {};
  for (const column of ATTRIBUTES) {
    const value = smiText(cells.get(column)?.cell ?? '');
    if (value !== undefined) attributes[column.replaceAll('.', '_')] = value;
  }
  return { uuid: normaliseUuid(uuid), mig: '', attributes, gauges, counters: {}, origins, processes: null };
}

function foldReasons(cells: Cells, gauges: SmiGpu['gauges'], origins: Record<string, string>): void {
  let bits: number | undefined;
  for (const [reason, bit] of Object.entries(THROTTLE_BITS)) {
    const cell = cells.get(`clocks_event_reasons.${reason}`) ?? cells.get(`clocks_throttle_reasons.${reason}`);
    const value = cell === undefined ? undefined : smiNumber(cell.cell);
    if (value !== undefined) bits = (bits ?? 0) | (value === 0 ? 0 : bit);
  }
  if (bits === undefined) return;
  gauges.throttle_bits = bits;
  origins.throttle_bits = 'clocks_event_reasons.*';
}

/**
 * Reads `nvidia-smi --query-compute-apps=gpu_uuid,pid,process_name,used_gpu_memory --format=csv`. [] when no process
 * runs (a header alone), undefined when there is no header. A process name may hold commas: the columns before and after
 * it are counted from both ends.
 */
export function readComputeApps(text: string): SmiApp[] | undefined {
  const [header, ...rows] = lines(text);
  const columns = splitCells(header ?? '').map((cell) => cell.replace(/\s*\[.*\]$/, '').trim());
  const nameAt = columns.findIndex((column) => column === 'process_name' || column === 'name');
  const uuidAt = columns.indexOf('gpu_uuid');
  if (uuidAt < 0) return undefined;
  const apps: SmiApp[] = [];
  for (const row of rows) {
    const cells = splitCells(row);
    const surplus = cells.length - columns.length;
    if (surplus < 0 || (surplus > 0 && nameAt < 0)) continue;
    const joined =
      surplus === 0
        ? cells
        : [
            ...cells.slice(0, nameAt),
            cells.slice(nameAt, nameAt + surplus + 1).join(', '),
            ...cells.slice(nameAt + surplus + 1),
          ];
    const cell = (name: string): string => joined[columns.indexOf(name)] ?? '';
    const uuid = smiText(joined[uuidAt] ?? '');
    if (uuid === undefined) continue;
    const memory = smiNumber(cell('used_gpu_memory') || cell('used_memory'), 'MiB');
    apps.push({
      uuid: normaliseUuid(uuid),
      pid: cell('pid'),
      name: nameAt < 0 ? '' : (joined[nameAt] ?? ''),
      usedBytes: memory === undefined ? null : Math.round(memory / BYTES_PER_MIB) * BYTES_PER_MIB,
    });
  }
  return apps;
}

function lines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

function splitCells(line: string): string[] {
  return line.split(',').map((cell) => cell.trim());
}
