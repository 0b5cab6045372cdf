import { describe, expect, test } from 'vitest';
import { THROTTLE_BITS } from '#lib/metrics/sample.ts';
import { fixtureTest } from '#tests/fixtures.ts';
import { ignoredReason, only, readPageFixture, readText, reasonFor } from '#tests/scrape/sources/pages.ts';

const row = (name: string, value: number | string, labels = ''): string =>
  `nvidia_smi_${name}{uuid="ab-1"${labels}} ${value}\n`;
const BASE = row('memory_used_bytes', 1000);

describe('captures', () => {
  fixtureTest('an H200 under load gives its numbers in canonical units', () => {
    const { gpus } = readPageFixture('nvidia_gpu_exporter/linux-x86_64__nvidia-h200__590.48.01__load.metrics');
    const gpu = only(gpus);
    expect(gpu.attributes).toMatchObject({ name: 'NVIDIA H200', driver_version: '590.48.01', index: '0' });
    expect(gpu.gauges).toMatchObject({
      used_bytes: 33_934_016_512,
      util_ratio: 1,
      power_w: 627.4,
      power_limit_w: 700,
      sm_clock_hz: 1.98e9,
      temperature_c: 52,
      pstate: 0,
    });
    expect(gpu.processes?.length).toBe(3);
    expect(gpu.gauges.process_used_bytes).toBe(
      gpu.processes?.reduce((sum, process) => sum + (process.usedBytes ?? 0), 0),
    );
  });

  fixtureTest('names of 2023 are read alike, with the throttle reasons of old drivers', () => {
    const gpu = only(readPageFixture('nvidia_gpu_exporter/v1.2.0-METRICS-sample-rtx2080s.metrics').gpus);
    expect(gpu.gauges).toMatchObject({
      throttle_bits: THROTTLE_BITS.sw_power_cap,
      used_bytes: 706_740_224,
      fan_ratio: 0.38,
      pstate: 8,
    });
    expect(gpu.processes).toBeNull();
  });

  fixtureTest('Windows reports processes without sizes', () => {
    const gpu = only(
      readPageFixture('nvidia_gpu_exporter/windows-x86_64__nvidia-geforce-rtx-2080-super__591.86__load.metrics').gpus,
    );
    expect(gpu.processes?.length).toBeGreaterThan(0);
    expect(gpu.processes?.every((process) => process.usedBytes === null)).toBe(true);
    expect(gpu.gauges.process_used_bytes).toBeUndefined();
  });

  fixtureTest('an idle GPU has an empty list of processes and 0 bytes used by them', () => {
    const gpu = only(
      readPageFixture('nvidia_gpu_exporter/linux-x86_64__nvidia-h100-80gb-hbm3__590.48.01__idle.metrics').gpus,
    );
    expect(gpu.processes).toEqual([]);
    expect(gpu.gauges.process_used_bytes).toBe(0);
  });

  fixtureTest('under MIG the missing utilisation is explained, not zero', () => {
    const { gpus, plan } = readPageFixture(
      'nvidia_gpu_exporter/linux-x86_64__nvidia-h100-mig__590.48.01__idle.metrics',
    );
    expect(only(gpus).gauges.util_ratio).toBeUndefined();
    expect(reasonFor(plan, 'util_ratio')).toContain('MIG');
  });

  fixtureTest('the NVML backend adds instances, XID and energy; processes stand with their instance', () => {
    const { gpus } = readPageFixture('nvidia_gpu_exporter/demo__seeded.metrics');
    expect(gpus.map((gpu) => gpu.mig)).toEqual(['', '', '2', '7']);
    const [parent, whole, two, seven] = gpus;
    expect(parent?.attributes.mig_mode).toBeDefined();
    expect(parent?.gauges.process_used_bytes).toBeUndefined();
    expect(two?.gauges).toMatchObject({ used_bytes: 42_883_309_544, process_count: 2 });
    expect(seven?.processes?.map((process) => process.pid)).toEqual(['10291']);
    expect(whole?.counters.xid_errors).toBe(2);
    expect(parent?.counters.xid_errors).toBe(0);
  });
});

describe('traps', () => {
  test('"[N/A]" in the info labels is no attribute', () => {
    const gpu = only(readText(`${BASE}nvidia_smi_gpu_info{uuid="ab-1",name="[N/A]",serial="N/A",index="0"} 1\n`).gpus);
    expect(gpu.attributes).toEqual({ index: '0' });
  });

  test('single throttle reasons are folded into the mask when the mask is missing', () => {
    const reasons =
      row('clocks_event_reasons_gpu_idle', 1) +
      row('clocks_event_reasons_hw_slowdown', 1) +
      row('clocks_event_reasons_sync_boost', 0);
    expect(only(readText(BASE + reasons).gpus).gauges.throttle_bits).toBe(
      THROTTLE_BITS.gpu_idle | THROTTLE_BITS.hw_slowdown,
    );
    const both = readText(BASE + reasons + row('clocks_event_reasons_active', 4));
    expect(only(both.gpus).gauges.throttle_bits).toBe(4);
    expect(ignoredReason(both.plan, 'nvidia_smi_clocks_event_reasons_gpu_idle')).toContain('mask');
  });

  test('the enforced power limit wins over the requested one', () => {
    const gpu = only(readText(BASE + row('power_limit_watts', 700) + row('enforced_power_limit_watts', 500)).gpus);
    expect(gpu.gauges.power_limit_w).toBe(500);
    expect(gpu.origins.power_limit_w).toBe('nvidia_smi_enforced_power_limit_watts');
  });

  test('a failed collection has no GPU rows and a note', () => {
    const { gpus, notes, plan } = readText(
      'nvidia_smi_last_collect_success 0\nnvidia_smi_failed_scrapes_total 7\nnvidia_smi_command_exit_code 9\n',
    );
    expect(plan.sources).toEqual(['nvidia-gpu-exporter']);
    expect(gpus).toEqual([]);
    expect(notes.join()).toContain('run failed');
  });

  test('failed collections are counted once, with the first GPU', () => {
    const { gpus } = readText(
      `${BASE}nvidia_smi_memory_used_bytes{uuid="ab-2"} 5\nnvidia_smi_failed_scrapes_total 7\nnvidia_smi_last_collect_success_timestamp_seconds 1.7e9\n`,
    );
    expect(gpus.map((gpu) => [gpu.counters.collect_failures, gpu.gauges.collected_at_s])).toEqual([
      [7, 1.7e9],
      [undefined, 1.7e9],
    ]);
  });

  test('a failed list of processes is unknown, not empty', () => {
    const { gpus, notes } = readText(
      `${BASE}${row('compute_apps', 0)}nvidia_smi_compute_apps_last_collect_success 0\n`,
    );
    expect(only(gpus).processes).toBeNull();
    expect(notes.join()).toContain('processes are unknown');
  });

  test('XIDs are summed over codes, and the last is the one with the latest time', () => {
    const gpu = only(
      readText(
        BASE +
          row('xid_errors_total', 2, ',xid="79"') +
          row('xid_errors_total', 3, ',xid="31"') +
          row('xid_last_timestamp_seconds', 100, ',xid="79"') +
          row('xid_last_timestamp_seconds', 50, ',xid="31"'),
      ).gpus,
    );
    expect(gpu.counters.xid_errors).toBe(5);
    expect(gpu.gauges.xid_last).toBe(79);
  });

  test('without the NVML backend XIDs are missing with that reason, not zero', () => {
    const { gpus, plan } = readText(BASE);
    expect(only(gpus).counters.xid_errors).toBeUndefined();
    expect(reasonFor(plan, 'xid_errors')).toContain('NVML');
  });

  test('a uuid is the same with and without prefix and in any case', () => {
    expect(
      only(
        readText('nvidia_smi_memory_used_bytes{uuid="GPU-AB-1"} 1\nnvidia_smi_temperature_gpu{uuid="ab-1"} 40\n').gpus,
      ).gauges,
    ).toMatchObject({ used_bytes: 1, temperature_c: 40 });
  });
});
