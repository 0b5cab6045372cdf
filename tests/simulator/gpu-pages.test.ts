import { describe, expect, test } from 'vitest';
import type { GpuReading } from '#lib/metrics/sample.ts';
import { gpuOf, H100_80, RTX_3090, reserve } from '#lib/simulator/cards.ts';
import { Fleet } from '#lib/simulator/fleet.ts';
import type { Gpu } from '#lib/simulator/gpu.ts';
import { engineOf, LLAMA_8B } from '#lib/simulator/models.ts';
import { layOutGpus } from '#lib/simulator/pages.ts';
import { GPU_FORMATS, type GpuFormat } from '#lib/simulator/scenario.ts';
import { fixtureTest, readFixture } from '#tests/fixtures.ts';
import { readText } from '#tests/scrape/sources/pages.ts';

const EPOCH_S = 1_795_312_000;
const NOW_S = 90;
const MIB = 1_048_576;

function hostOf(exporter: GpuFormat, card: typeof H100_80 = H100_80): { page: string; gpus: readonly Gpu[] } {
  const load = { kind: 'wave', spacing: { kind: 'poisson' }, baseRps: 20, swing: 0, periodS: 60 } as const;
  const gpu = gpuOf(card, 'h', 0, ['e'], reserve(0.9, 9000));
  const idle = gpuOf(card, 'h', 1, [], reserve(0.9, 9000));
  const host = { name: 'h', exporter, gpus: [{ ...gpu, xids: [{ code: 79, atS: 40 }] }, idle] };
  const fleet = new Fleet({
    scenario: {
      name: 'gpu',
      title: '',
      servers: [{ name: 'e', host: 'h', format: '0.23.0', engines: [engineOf(LLAMA_8B, 'e', '0.23.0', load)] }],
      hosts: [host],
      events: [],
      faults: [],
      lengthS: 1,
    },
    seed: 1,
    stepS: 1,
    warmUpS: 300,
  });
  fleet.advance(NOW_S);
  const gpus = fleet.gpus.get('h') ?? [];
  return { page: layOutGpus(host, gpus, { epochS: EPOCH_S, nowS: NOW_S }).print(), gpus };
}

const RECOGNISED: Readonly<Record<GpuFormat, string>> = {
  'nvidia-gpu-exporter': 'nvidia_gpu_exporter, 2 GPUs',
  'nvidia-gpu-exporter-nvml': 'nvidia_gpu_exporter (NVML backend), 2 GPUs',
  'dcgm-3': 'dcgm-exporter, 2 GPUs',
  dcgm: 'dcgm-exporter, 2 GPUs',
  mindprince: 'mindprince nvidia_gpu exporter, 2 GPUs',
  telegraf: 'Telegraf nvidia_smi, 2 GPUs',
};

function readingOf(gpus: readonly GpuReading[], gpu: Gpu): GpuReading {
  const found = gpus.find((reading) => reading.uuid === gpu.settings.uuid);
  if (found === undefined) throw new Error(`${gpu.settings.uuid} is not on the page`);
  return found;
}

describe.each(GPU_FORMATS)('the page of %s', (format) => {
  const { page: text, gpus } = hostOf(format);
  const { page, plan, gpus: readings } = readText(text);

  test('is recognised, without a lost line, and each ignored series has a reason of its own', () => {
    expect(plan.recognised).toBe(RECOGNISED[format]);
    expect(page.problemCount).toBe(0);
    for (const { name, reason } of plan.ignored) expect(reason, name).not.toBe('no canonical field for it');
  });

  test('gives back memory, load, power and temperature of the model, in its units', () => {
    for (const gpu of gpus) {
      const { gauges } = readingOf(readings, gpu);
      // mindprince counts the reserved part as used; dcgm-exporter 3 does not print it at all.
      const reserved = gpu.settings.reservedMib;
      expect(gauges.used_bytes).toBe((gpu.usedMib + (format === 'mindprince' ? reserved : 0)) * MIB);
      expect(gauges.free_bytes).toBe(gpu.freeMib * MIB);
      expect(gauges.total_bytes).toBe((gpu.settings.totalMib - (format === 'dcgm-3' ? reserved : 0)) * MIB);
      if (format !== 'mindprince' && format !== 'dcgm-3') expect(gauges.reserved_bytes).toBe(reserved * MIB);
      expect(gauges.util_ratio).toBeCloseTo(gpu.utilization, 2);
      expect(gauges.power_w).toBeCloseTo(gpu.powerW, 2);
      expect(gauges.temperature_c).toBe(Math.round(gpu.temperatureC));
      if (format !== 'mindprince') expect(gauges.sm_clock_hz).toBe(gpu.smClockMhz * 1e6);
      if (format.startsWith('nvidia')) expect(gauges.throttle_bits).toBe(gpu.throttleBits);
      if (format === 'telegraf') expect((gauges.throttle_bits ?? 0) & ~2).toBe(gpu.throttleBits);
    }
  });

  test('shows XIDs and energy where the real one does', () => {
    const [busy] = gpus;
    if (busy === undefined) throw new Error('no GPU');
    const { gauges, counters } = readingOf(readings, busy);
    if (format === 'nvidia-gpu-exporter-nvml') {
      expect(counters.xid_errors).toBe(1);
      expect(counters.energy_j).toBeCloseTo(busy.energyJ, 2);
    } else expect(counters.xid_errors).toBeUndefined();
    const dcgm = format.startsWith('dcgm');
    expect(gauges.xid_last).toBe(dcgm || format === 'nvidia-gpu-exporter-nvml' ? 79 : undefined);
    if (dcgm) expect(counters.energy_j).toBeCloseTo(busy.energyJ, 2);
  });

  test('lists processes where the real one does', () => {
    const [busy, idle] = gpus.map((gpu) => readingOf(readings, gpu).processes);
    if (!format.startsWith('nvidia')) {
      expect(busy).toBeNull();
      return;
    }
    expect(busy).toEqual([
      { pid: String(gpus[0]?.pid), name: 'VLLM::EngineCore', usedBytes: (gpus[0]?.usedMib ?? 0) * MIB },
    ]);
    expect(idle).toEqual([]);
  });
});

test('a card without HBM has no ECC, no memory sensor and no remapped rows on any page', () => {
  for (const format of GPU_FORMATS) {
    for (const reading of readText(hostOf(format, RTX_3090).page).gpus) {
      expect(reading.gauges.ecc_corrected, format).toBeUndefined();
      expect(reading.gauges.mem_temperature_c, format).toBeUndefined();
      expect(reading.gauges.remapped_rows_pending, format).toBeUndefined();
      expect(reading.gauges.graphics_active_ratio, format).toBeUndefined();
    }
  }
});

function namesOf(text: string): string[] {
  return [
    ...new Set(
      readText(text).page.shape.series.map((series) => `${series.name}{${[...series.labels.keys()].join(',')}}`),
    ),
  ].sort();
}

fixtureTest('nvidia_gpu_exporter has every series of a loaded H100, with the same labels and words', () => {
  const text = hostOf('nvidia-gpu-exporter').page;
  const real = readFixture('nvidia_gpu_exporter/linux-x86_64__nvidia-h100-80gb-hbm3__590.48.01__load.metrics');
  const added = 'nvidia_smi_last_collect_success_timestamp_seconds{}';
  expect(namesOf(text).filter((name) => name !== added)).toEqual(namesOf(real));
  const words = (page: string): string[] =>
    readText(page)
      .page.shape.families.filter(
        (family) => !added.startsWith(family.name) || family.name === 'nvidia_smi_last_collect_success',
      )
      .map((family) => `${family.name} ${family.type} ${family.help}`);
  expect(words(text)).toEqual(words(real));
});

fixtureTest('the NVML backend adds the energy and XID series of the real one', () => {
  const names = namesOf(hostOf('nvidia-gpu-exporter-nvml').page);
  const real = namesOf(readFixture('nvidia_gpu_exporter/demo__seeded.metrics'));
  for (const name of names.filter((one) => /energy|xid_errors|nvml_return/.test(one))) expect(real).toContain(name);
  expect(names.filter((one) => /energy|xid_errors|nvml_return/.test(one))).toHaveLength(3);
});

fixtureTest('dcgm-exporter 3 has the series of a real one of its time, with the labels in its order', () => {
  const labels = (text: string): string[] => [...(readText(text).page.shape.series[0]?.labels.keys() ?? [])];
  const real = readFixture('dcgm/runai-1-workload-fraction.prom');
  const kubernetes = ['container', 'namespace', 'pod'];
  expect(labels(hostOf('dcgm-3').page)).toEqual(labels(real).filter((label) => !kubernetes.includes(label)));
  const names = (text: string): string[] =>
    readText(text).page.shape.families.map((family) => `${family.name} ${family.type}`);
  const ours = new Set(names(hostOf('dcgm-3').page));
  for (const name of names(real)) expect(ours, name).toContain(name.replace(/(PCIE_[TR]X_BYTES) counter/, '$1 gauge'));
});

fixtureTest('dcgm-exporter prints its default counters, with their words, and nothing else', () => {
  const wanted = readFixture('dcgm/default-counters.csv')
    .split('\n')
    .filter((line) => line.startsWith('DCGM_') && !/,\s*label,/.test(line))
    .map((line) => {
      const [name = '', type = '', ...help] = line.split(',').map((cell) => cell.trim());
      return `${name} ${type} ${help.join(', ')}`;
    });
  const found = readText(hostOf('dcgm').page).page.shape.families.map(
    (family) => `${family.name} ${family.type} ${family.help}`,
  );
  expect([...found].sort()).toEqual([...wanted].sort());
});
