import { packRules } from '#lib/rules/packs/pack-rule.ts';
import type { Rule } from '#lib/rules/rule.ts';

const gpu = packRules('gpu', 'gpu');
const MINUTE_MS = 60_000;
const EXPORTER_RULES = 'nvidia_gpu_exporter, chart prometheusrule.yaml';

/** An error of the last 5 minutes with one of these codes. The code alone would alert for ever: exporters keep the last one. */
const xidError = (codes: readonly number[]): string =>
  `gpu_xid_errors > 0 and (${codes.map((code) => `gpu_xid = ${code}`).join(' or ')})`;

const XID_CHECK =
  'dmesg | grep -i xid on the host gives code, process and time; NVIDIA’s XID catalogue says what the code means. The exporter gives only the last code of this GPU.';

/** Hardware faults, as the GPU exporters' own rules state them. */
export const GPU_RULES: readonly Rule[] = [
  gpu({
    id: 'GpuXidCritical',
    title: 'GPU error that needs a reset',
    expr: xidError([48, 62, 64, 74, 79, 95, 119, 120]),
    keepFiringMs: 10 * MINUTE_MS,
    severity: 'critical',
    cause:
      'The driver reported an error after which the GPU cannot be trusted: uncorrectable memory (48, 64, 95), a halted controller (62, 119, 120), NVLink (74), or the GPU fell off the bus (79).',
    check: XID_CHECK,
    remedy: 'Move the load away, then reset the GPU or reboot. A second time within days: have the card replaced.',
    source: EXPORTER_RULES,
  }),
  gpu({
    id: 'GpuXidContained',
    title: 'GPU memory error, contained',
    expr: xidError([94]),
    keepFiringMs: 10 * MINUTE_MS,
    severity: 'warning',
    cause: 'An uncorrectable memory error hit one process only (XID 94). That process is lost, others go on.',
    check: `${XID_CHECK} See whether a row remap is pending.`,
    remedy: 'Restart the process that was hit; reset the GPU at the next chance so that the row is remapped.',
    source: EXPORTER_RULES,
  }),
  gpu({
    id: 'GpuXidApplication',
    title: 'Program error on the GPU',
    expr: xidError([13, 31, 43, 45]),
    severity: 'info',
    cause: 'A program did something the GPU refused (13, 31, 43) or was ended (45). Seldom a fault of the card.',
    check: XID_CHECK,
    remedy: 'Read the log of the program that was named. If every program on this card hits it, treat it as hardware.',
    source: 'NVIDIA XID catalogue',
  }),
  gpu({
    id: 'GpuEccUncorrected',
    title: 'Uncorrectable memory errors',
    expr: 'gpu_ecc_uncorrected > min(gpu_ecc_uncorrected, 1h)',
    hysteresis: 0,
    severity: 'critical',
    cause:
      'The count of memory errors that ECC could not repair rose within the last hour. Results may be wrong, processes may die.',
    check: 'nvidia-smi -q -d ECC,ROW_REMAPPER shows where, and whether a remap is pending or failed.',
    remedy: 'Move the load away and reset the GPU. If errors come back after the remap, have the card replaced.',
    source: `${EXPORTER_RULES}, which alerts on the total; this alerts on the rise`,
  }),
  gpu({
    id: 'GpuRowRemapFailed',
    title: 'GPU memory cannot be repaired',
    expr: 'gpu_rows_remap_failed > 0',
    severity: 'critical',
    cause: 'A faulty memory row could not be remapped: the spare rows of its bank are used up.',
    check: 'nvidia-smi -q -d ROW_REMAPPER.',
    remedy: 'Take the card out of service and have it replaced.',
    source: EXPORTER_RULES,
  }),
  gpu({
    id: 'GpuRowRemapPending',
    title: 'GPU memory repair waits for a reset',
    expr: 'gpu_rows_remap_pending > 0',
    severity: 'warning',
    cause: 'A faulty memory row will be remapped at the next GPU reset; until then it may be hit again.',
    check: 'nvidia-smi -q -d ROW_REMAPPER.',
    remedy: 'Drain the GPU and reset it (nvidia-smi --gpu-reset) at the next quiet hour.',
    source: EXPORTER_RULES,
  }),
  gpu({
    id: 'GpuRetiredPagesPending',
    title: 'GPU page retirement waits for a reset',
    expr: 'gpu_retired_pages_pending > 0',
    severity: 'warning',
    cause: 'A faulty memory page will be retired when the driver is next loaded (cards before Ampere).',
    check: 'nvidia-smi -q -d PAGE_RETIREMENT.',
    remedy: 'Drain the host and reload the driver or reboot at the next quiet hour.',
    source: EXPORTER_RULES,
  }),
  gpu({
    id: 'GpuThermalSlowdown',
    title: 'GPU slowed down by heat',
    expr: 'gpu_hw_thermal_slowdown = yes',
    forMs: 5 * MINUTE_MS,
    severity: 'warning',
    cause:
      'The card was so hot for 5 minutes that the hardware cut its clocks. It computes at a fraction of its speed.',
    check:
      'Temperature and fans of this card and its neighbours: one card means dust or a fan, all cards mean the room.',
    remedy: 'Restore cooling; lower the power limit (nvidia-smi -pl) or move load away until it is.',
    source: EXPORTER_RULES,
  }),
  gpu({
    id: 'GpuSoftwareThermalSlowdown',
    title: 'GPU slowed down by the driver',
    expr: 'gpu_sw_thermal_slowdown = yes',
    forMs: 30 * MINUTE_MS,
    severity: 'warning',
    enabled: false,
    cause: 'The driver has lowered the clocks for half an hour to hold the temperature. Dense servers live with it.',
    check: 'Compare SM clock and temperature with the other cards of the host.',
    remedy: 'Improve cooling, or turn this rule off if the speed suffices.',
    source: `${EXPORTER_RULES}, off there too`,
  }),
  gpu({
    id: 'GpuPowerBrake',
    title: 'GPU braked by its power supply',
    expr: 'gpu_power_brake = yes',
    forMs: 5 * MINUTE_MS,
    severity: 'warning',
    cause: 'The power supply or the rack has told the card to brake for 5 minutes: not enough power reaches it.',
    check: 'Power supplies and redundancy in the server’s BMC; the other cards of the host and rack.',
    remedy: 'Replace or reconnect the failed supply; lower power limits until then.',
    source: EXPORTER_RULES,
  }),
  gpu({
    id: 'GpuTemperatureHigh',
    title: 'GPU is hot',
    expr: 'gpu_temperature > 85',
    forMs: 10 * MINUTE_MS,
    severity: 'warning',
    enabled: false,
    cause:
      'Above 85 °C for 10 minutes. Which temperature is too high depends on the card; the slowdown rules know better.',
    check: 'Fans, dust and the neighbours’ temperatures; the card’s own limits in nvidia-smi -q -d TEMPERATURE.',
    remedy: 'Improve cooling or lower the power limit.',
    source: `${EXPORTER_RULES}, off there too`,
  }),
  gpu({
    id: 'GpuPowerAtLimit',
    title: 'GPU runs at its power limit',
    expr: 'avg(gpu_power, 5m) >= 98% of gpu_power_limit',
    forMs: 15 * MINUTE_MS,
    severity: 'info',
    enabled: false,
    cause:
      'Power draw has stood at the limit for 15 minutes. Normal for a busy card, but more speed needs a higher limit.',
    check:
      'Compare the limit with the card’s default: nvidia-smi -q -d POWER. A limit lowered by hand is often forgotten.',
    remedy: 'Raise the limit if the power supply and cooling allow; else nothing.',
    source: 'Headroom',
  }),
];
