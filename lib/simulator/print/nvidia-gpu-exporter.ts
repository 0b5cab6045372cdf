import type { Gpu } from '#lib/simulator/gpu.ts';
import { goNumber } from '#lib/simulator/print/numbers.ts';
import { labelText, PageLayout } from '#lib/simulator/print/page.ts';
import type { PageTime } from '#lib/simulator/print/python-process.ts';
import { SMI_FIELDS, type SmiField } from '#lib/simulator/print/smi-fields.ts';

const BYTES_PER_MIB = 1_048_576;
/** The exporter names and scales each field by the unit that nvidia-smi prints in the CSV header. */
const UNITS = {
  '': { suffix: '', factor: 1 },
  MiB: { suffix: '_bytes', factor: BYTES_PER_MIB },
  MHz: { suffix: '_clock_hz', factor: 1e6 },
  W: { suffix: '_watts', factor: 1 },
  '%': { suffix: '_ratio', factor: 0.01 },
  us: { suffix: '_seconds', factor: 1e-6 },
} as const;
const INFO_HELP =
  "A metric with a constant '1' value labeled by gpu uuid, name, driver_model_current, driver_model_pending, vbios_version, driver_version, pci_bus_id, serial, compute_cap, pci_sub_device_id, index, cuda_version.";

type Family = { readonly name: string; readonly add: () => void };

/** utkuozdemir/nvidia_gpu_exporter with per-process collection; families sorted by name, as client_golang does. */
export function nvidiaGpuExporterPage(
  gpus: readonly Gpu[],
  time: PageTime,
  backend: 'nvidia-smi' | 'nvml',
): PageLayout {
  const page = new PageLayout();
  const sorted = [...gpus].sort((a, b) => (a.settings.uuid < b.settings.uuid ? -1 : 1));
  const families = [
    ...SMI_FIELDS.map((field) => smiFamily(page, sorted, field)),
    ...exporterFamilies(page, time, backend),
    ...processFamilies(page, sorted),
    infoFamily(page, sorted),
    ...(backend === 'nvml' ? nvmlFamilies(page, sorted, time) : []),
  ];
  for (const family of families.sort((a, b) => (a.name < b.name ? -1 : 1))) family.add();
  return page;
}

function smiFamily(page: PageLayout, gpus: readonly Gpu[], field: SmiField): Family {
  const { suffix, factor } = UNITS[field.unit];
  const base = field.query.replaceAll('.', '_').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const name = `nvidia_smi_${base}${suffix}`;
  return {
    name,
    add() {
      const having = gpus.filter((gpu) => field.value(gpu) !== null);
      if (having.length === 0) return;
      page.family(name, 'gauge', field.unit === '' ? field.query : `${field.query} [${field.unit}]`);
      for (const gpu of having) {
        page.sample(name, [['uuid', gpu.settings.uuid]], goNumber, () => scaled(field.value(gpu) ?? 0, factor));
      }
    },
  };
}

/** Percent times 0.01 in Go is what a person would write; JavaScript's 0.07 * 100 noise must not be printed. */
function scaled(value: number, factor: number): number {
  return factor < 1 ? value / Math.round(1 / factor) : value * factor;
}

function exporterFamilies(page: PageLayout, time: PageTime, backend: 'nvidia-smi' | 'nvml'): Family[] {
  const one = (name: string, type: string, help: string, value: () => number): Family => ({
    name,
    add() {
      page.family(name, type, help);
      page.sample(name, [], goNumber, value);
    },
  });
  return [
    backend === 'nvml'
      ? one(
          'nvidia_smi_nvml_return_code',
          'gauge',
          'NVML return code of the most recent collection (0 = success)',
          () => 0,
        )
      : one('nvidia_smi_command_exit_code', 'gauge', 'Exit code of the most recent nvidia-smi run', () => 0),
    one('nvidia_smi_failed_scrapes_total', 'counter', 'Number of failed collections', () => 0),
    one(
      'nvidia_smi_last_collect_success',
      'gauge',
      'Whether the most recent collection succeeded (1) or not (0)',
      () => 1,
    ),
    one(
      'nvidia_smi_last_collect_success_timestamp_seconds',
      'gauge',
      'Unix time of the most recent successful collection',
      () => Math.round((time.epochS + time.nowS) * 1000) / 1000,
    ),
    one(
      'nvidia_smi_compute_apps_last_collect_success',
      'gauge',
      'Whether the most recent per-process collection succeeded (1) or not (0)',
      () => 1,
    ),
  ];
}

function processFamilies(page: PageLayout, gpus: readonly Gpu[]): Family[] {
  const running = (): readonly Gpu[] => gpus.filter((gpu) => gpu.usedMib > 0);
  const labels = (gpu: Gpu): string =>
    labelText([
      ['pid', String(gpu.pid)],
      ['process_name', gpu.settings.processName],
      ['uuid', gpu.settings.uuid],
    ]);
  const family = (name: string, help: string, lines: () => readonly string[]): Family => ({
    name,
    add() {
      page.family(name, 'gauge', help);
      page.lines(lines);
    },
  });
  const info = 'nvidia_smi_compute_app_info';
  const memory = 'nvidia_smi_compute_app_used_memory_bytes';
  const count = 'nvidia_smi_compute_apps';
  return [
    family(
      info,
      "A metric with a constant '1' value labeled by the identity of a process with a compute context on a GPU.",
      () => running().map((gpu) => `${info}${labels(gpu)} 1`),
    ),
    family(memory, 'GPU memory used by the process. Absent when the driver cannot report it (e.g. Windows WDDM).', () =>
      running().map((gpu) => `${memory}${labels(gpu)} ${goNumber(gpu.usedMib * BYTES_PER_MIB)}`),
    ),
    family(count, 'Number of processes with a compute context on the GPU.', () =>
      gpus.map((gpu) => `${count}${labelText([['uuid', gpu.settings.uuid]])} ${gpu.usedMib > 0 ? 1 : 0}`),
    ),
  ];
}

function infoFamily(page: PageLayout, gpus: readonly Gpu[]): Family {
  const name = 'nvidia_smi_gpu_info';
  return {
    name,
    add() {
      page.family(name, 'gauge', INFO_HELP);
      for (const { settings } of gpus) {
        const labels = labelText([
          ['compute_cap', settings.hbm ? '9.0' : '8.6'],
          ['cuda_version', '13.1'],
          ['driver_model_current', '[N/A]'],
          ['driver_model_pending', '[N/A]'],
          ['driver_version', DRIVER_VERSION],
          ['index', String(settings.index)],
          ['name', settings.name],
          ['pci_bus_id', settings.busId],
          ['pci_sub_device_id', settings.hbm ? '0x16C110DE' : '0x145410DE'],
          ['serial', settings.hbm ? '1650522004512' : '[N/A]'],
          ['uuid', settings.uuid],
          ['vbios_version', '96.00.AF.00.01'],
        ]);
        page.fixed(`${name}${labels} 1\n`);
      }
    },
  };
}

export const DRIVER_VERSION = '590.48.01';

function nvmlFamilies(page: PageLayout, gpus: readonly Gpu[], time: PageTime): Family[] {
  const energy = 'nvidia_smi_energy_joules_total';
  const counts = 'nvidia_smi_xid_errors_total';
  const times = 'nvidia_smi_xid_last_timestamp_seconds';
  const perXid = (name: string, value: (entry: { count: number; atS: number }) => number) => () =>
    gpus.flatMap((gpu) =>
      [...gpu.xidCounts].map(
        ([xid, entry]) =>
          `${name}${labelText([
            ['uuid', gpu.settings.uuid],
            ['xid', String(xid)],
          ])} ${goNumber(value(entry))}`,
      ),
    );
  return [
    {
      name: energy,
      add() {
        page.family(
          energy,
          'counter',
          'Total energy consumed by the GPU in joules since the driver was last loaded. Resets on a driver reload; absent on GPUs that cannot report it.',
        );
        for (const gpu of gpus)
          page.sample(energy, [['uuid', gpu.settings.uuid]], goNumber, () => Math.round(gpu.energyJ * 1000) / 1000);
      },
    },
    {
      name: counts,
      add() {
        page.family(
          counts,
          'counter',
          'Number of XID errors observed on the GPU since the exporter started. A series appears when its first event arrives; earlier history cannot be replayed.',
        );
        page.lines(perXid(counts, (entry) => entry.count));
      },
    },
    {
      name: times,
      add() {
        page.family(times, 'gauge', 'Unix time of the most recent XID error observed on the GPU, by code.');
        page.lines(perXid(times, (entry) => time.epochS + entry.atS));
      },
    },
  ];
}
