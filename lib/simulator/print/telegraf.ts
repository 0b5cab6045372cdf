import { THROTTLE_BITS } from '#lib/metrics/sample.ts';
import type { Gpu } from '#lib/simulator/gpu.ts';
import { goNumber } from '#lib/simulator/print/numbers.ts';
import { labelText, PageLayout } from '#lib/simulator/print/page.ts';
import { memoryC, pstateOf, watts } from '#lib/simulator/print/smi-fields.ts';

const REASONS = Object.entries(THROTTLE_BITS).filter(([reason]) => reason !== 'applications_clocks_setting');

/** nvidia-smi's own units. null where the card has none, so the field is left out. */
const FIELDS: readonly (readonly [name: string, value: (gpu: Gpu) => number | null])[] = [
  ['clocks_current_graphics', (gpu) => gpu.smClockMhz],
  ['clocks_current_memory', (gpu) => gpu.settings.memClockMhz],
  ['clocks_current_sm', (gpu) => gpu.smClockMhz],
  ['clocks_current_video', (gpu) => Math.round(gpu.smClockMhz * 0.78)],
  ...REASONS.map(
    ([reason, bit]) => [`clocks_event_reason_${reason}`, (gpu: Gpu) => (gpu.throttleBits & bit ? 1 : 0)] as const,
  ),
  ['encoder_stats_average_fps', () => 0],
  ['encoder_stats_average_latency', () => 0],
  ['encoder_stats_session_count', () => 0],
  ['fan_speed', (gpu) => (gpu.settings.hbm ? null : Math.round(20 + gpu.temperatureC * 0.6))],
  ['memory_free', (gpu) => gpu.freeMib],
  ['memory_reserved', (gpu) => gpu.settings.reservedMib],
  ['memory_total', (gpu) => gpu.settings.totalMib],
  ['memory_used', (gpu) => gpu.usedMib],
  ['pcie_link_gen_current', (gpu) => (gpu.settings.hbm ? 5 : 4)],
  ['pcie_link_width_current', () => 16],
  ['power_draw', watts],
  ['power_limit', (gpu) => gpu.settings.limitW],
  ['temperature_gpu', (gpu) => Math.round(gpu.temperatureC)],
  ['temperature_memory', (gpu) => (gpu.settings.hbm ? memoryC(gpu) : null)],
  ['utilization_decoder', () => 0],
  ['utilization_encoder', () => 0],
  ['utilization_gpu', (gpu) => Math.round(gpu.utilization * 100)],
  ['utilization_memory', (gpu) => Math.round(gpu.memoryUtilization * 100)],
];

/** Telegraf `inputs.nvidia_smi` through `outputs.prometheus_client`: `pstate` is a label, so it moves with the load. */
export function telegrafPage(host: string, gpus: readonly Gpu[]): PageLayout {
  const page = new PageLayout();
  for (const [name, value] of FIELDS) {
    const having = gpus.filter((gpu) => value(gpu) !== null);
    if (having.length === 0) continue;
    const full = `nvidia_smi_${name}`;
    page.family(full, 'untyped', 'Telegraf collected metric');
    page.lines(() => having.map((gpu) => `${full}${labelsOf(host, gpu)} ${goNumber(value(gpu) ?? 0)}`));
  }
  return page;
}

function labelsOf(host: string, gpu: Gpu): string {
  const { settings } = gpu;
  return labelText([
    ['arch', settings.hbm ? 'Hopper' : 'Ampere'],
    ['compute_mode', 'Default'],
    ['host', host],
    ['index', String(settings.index)],
    ['name', settings.name],
    ['pstate', `P${pstateOf(gpu)}`],
    ['uuid', `GPU-${settings.uuid}`],
  ]);
}
