import { THROTTLE_BITS } from '#lib/metrics/sample.ts';
import type { Gpu } from '#lib/simulator/gpu.ts';

type Unit = '' | 'MiB' | 'MHz' | 'W' | '%' | 'us';

/** One nvidia-smi query field: its name, the unit in the CSV header, and its value in that unit; null prints `[N/A]`. */
export type SmiField = { readonly query: string; readonly unit: Unit; readonly value: (gpu: Gpu) => number | null };

const field = (query: string, unit: Unit, value: (gpu: Gpu) => number | null): SmiField => ({ query, unit, value });
const fixed = (query: string, value: number, unit: Unit = ''): SmiField => ({ query, unit, value: () => value });
const onlyHbm = (query: string, value: (gpu: Gpu) => number): SmiField =>
  field(query, '', (gpu) => (gpu.settings.hbm ? value(gpu) : null));

const ECC_PLACES = ['device_memory', 'dram', 'sram', 'total'];
const SRAM_PLACES = ['l2', 'mcu', 'other', 'parity', 'pcie', 'secded', 'sm', 'thresholdExceeded'];

const REASONS = Object.entries(THROTTLE_BITS);
const COUNTED = ['hw_power_brake_slowdown', 'hw_thermal_slowdown', 'sw_power_cap', 'sw_thermal_slowdown', 'sync_boost'];

/** What a 590 driver answers for a data-centre card, and for a card without HBM where the value is null. */
export const SMI_FIELDS: readonly SmiField[] = [
  fixed('accounting.buffer_size', 4000),
  fixed('accounting.mode', 0),
  onlyHbm('c2c.mode', () => 0),
  field('clocks.current.graphics', 'MHz', (gpu) => gpu.smClockMhz),
  field('clocks.current.memory', 'MHz', (gpu) => gpu.settings.memClockMhz),
  field('clocks.current.sm', 'MHz', (gpu) => gpu.smClockMhz),
  field('clocks.current.video', 'MHz', (gpu) => Math.round(gpu.smClockMhz * 0.78)),
  field('clocks_event_reasons.active', '', (gpu) => gpu.throttleBits),
  ...REASONS.map(([name, bit]) => field(`clocks_event_reasons.${name}`, '', (gpu) => (gpu.throttleBits & bit ? 1 : 0))),
  fixed('clocks_event_reasons.supported', 511),
  ...COUNTED.map((name) => fixed(`clocks_event_reasons_counters.${name}`, 0, 'us')),
  field('clocks.max.graphics', 'MHz', (gpu) => gpu.settings.smClockMhz),
  field('clocks.max.memory', 'MHz', (gpu) => gpu.settings.memClockMhz),
  field('clocks.max.sm', 'MHz', (gpu) => gpu.settings.smClockMhz),
  field('compute_cap', '', (gpu) => (gpu.settings.hbm ? 9 : 8.6)),
  fixed('compute_mode', 0),
  field('count', '', () => 1),
  fixed('display_active', 0),
  fixed('display_attached', 0),
  ...['aggregate', 'volatile'].flatMap((span) => [
    ...ECC_PLACES.map((place) => {
      const corrected = place === 'dram' || place === 'total';
      return onlyHbm(`ecc.errors.corrected.${span}.${place}`, (gpu) => (corrected ? gpu.eccCorrected : 0));
    }),
    ...ECC_PLACES.map((place) => onlyHbm(`ecc.errors.uncorrected.${span}.${place}`, () => 0)),
  ]),
  ...SRAM_PLACES.map((place) => onlyHbm(`ecc.errors.uncorrected.aggregate.sram.${place}`, () => 0)),
  onlyHbm('ecc.errors.uncorrected.volatile.sram.parity', () => 0),
  onlyHbm('ecc.errors.uncorrected.volatile.sram.secded', () => 0),
  onlyHbm('ecc.mode.current', () => 1),
  onlyHbm('ecc.mode.pending', () => 1),
  onlyHbmPercent('edpp_multiplier', 100),
  fixed('encoder.stats.averageFps', 0),
  fixed('encoder.stats.averageLatency', 0),
  fixed('encoder.stats.sessionCount', 0),
  field('enforced.power.limit', 'W', (gpu) => gpu.settings.limitW),
  onlyHbm('fabric.cliqueId', () => 0),
  onlyHbm('fabric.state', () => 3),
  field('fan.speed', '%', (gpu) => (gpu.settings.hbm ? null : Math.min(100, Math.round(20 + gpu.temperatureC * 0.6)))),
  fixed('gpu_recovery_action', 0),
  fixed('gsp.mode.current', 1),
  fixed('gsp.mode.default', 1),
  field('index', '', (gpu) => gpu.settings.index),
  onlyHbm('inforom.ecc', () => 7.16),
  fixed('inforom.oem', 2.1),
  field('memory.free', 'MiB', (gpu) => gpu.freeMib),
  field('memory.reserved', 'MiB', (gpu) => gpu.settings.reservedMib),
  field('memory.total', 'MiB', (gpu) => gpu.settings.totalMib),
  field('memory.used', 'MiB', (gpu) => gpu.usedMib),
  onlyHbm('mig.mode.current', () => 0),
  onlyHbm('mig.mode.pending', () => 0),
  fixed('pci.baseClass', 3),
  fixed('pci.bus', 0),
  field('pci.device', '', (gpu) => gpu.settings.index + 1),
  field('pci.device_id', '', (gpu) => (gpu.settings.hbm ? 0x2330_10de : 0x2204_10de)),
  fixed('pci.domain', 0),
  fixed('pci.subClass', 2),
  field('pci.sub_device_id', '', (gpu) => (gpu.settings.hbm ? 0x16c1_10de : 0x1454_10de)),
  ...['current', 'gpucurrent', 'gpumax', 'max'].map((name) =>
    field(`pcie.link.gen.${name}`, '', (gpu) => (gpu.settings.hbm ? 5 : 4)),
  ),
  fixed('pcie.link.width.current', 16),
  fixed('pcie.link.width.max', 16),
  fixed('persistence_mode', 1),
  onlyHbm('platform.gpu_fabric_guid', () => 0),
  onlyHbm('platform.host_id', () => 1),
  onlyHbm('platform.module_id', (gpu) => gpu.settings.index + 1),
  onlyHbm('platform.slot_number', () => 0),
  onlyHbm('platform.tray_index', () => 0),
  field('power.default_limit', 'W', (gpu) => gpu.settings.limitW),
  field('power.draw', 'W', watts),
  field('power.draw.average', 'W', watts),
  field('power.draw.instant', 'W', watts),
  field('power.limit', 'W', (gpu) => gpu.settings.limitW),
  field('power.max_limit', 'W', (gpu) => gpu.settings.limitW),
  field('power.min_limit', 'W', (gpu) => Math.round(gpu.settings.limitW * 0.3)),
  ...['free', 'total', 'used'].map((part) =>
    field(`protected_memory.${part}`, 'MiB', (gpu) => (gpu.settings.hbm ? 0 : null)),
  ),
  field('pstate', '', pstateOf),
  ...[
    'correctable',
    'failure',
    'histogram.high',
    'histogram.low',
    'histogram.none',
    'histogram.partial',
    'pending',
    'uncorrectable',
  ].map((part) => onlyHbm(`remapped_rows.${part}`, () => 0)),
  onlyHbm('remapped_rows.histogram.max', () => 2560),
  fixed('serial', 0),
  field('temperature.gpu', '', (gpu) => Math.round(gpu.temperatureC)),
  field('temperature.gpu.tlimit', '', (gpu) => 85 - Math.round(gpu.temperatureC)),
  onlyHbm('temperature.memory', memoryC),
  ...['decoder', 'encoder', 'jpeg', 'ofa'].map((part) => fixed(`utilization.${part}`, 0, '%')),
  field('utilization.gpu', '%', (gpu) => Math.round(gpu.utilization * 100)),
  field('utilization.memory', '%', (gpu) => Math.round(gpu.memoryUtilization * 100)),
];

function onlyHbmPercent(query: string, percent: number): SmiField {
  return field(query, '%', (gpu) => (gpu.settings.hbm ? percent : null));
}

/** nvidia-smi prints watts with two decimals. */
export function watts(gpu: Gpu): number {
  return Math.round(gpu.powerW * 100) / 100;
}

export function pstateOf(gpu: Gpu): number {
  return gpu.utilization === 0 && gpu.usedMib < 1000 ? 8 : 0;
}

export function memoryC(gpu: Gpu): number {
  return Math.round(gpu.temperatureC * 0.94);
}
