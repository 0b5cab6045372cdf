import { THROTTLE_BITS } from '#lib/metrics/sample.ts';
import {
  BYTES_PER_MIB,
  compileGpus,
  type GpuDraftPlan,
  type GpuRow,
  labelText,
  normaliseUuid,
} from '#lib/scrape/sources/gpu-plan.ts';
import type { PageSource } from '#lib/scrape/sources/source.ts';

type Short = readonly [kind: GpuRow['kind'], field: GpuRow['field'], names: readonly string[], factor?: number];

/** Names without `nvidia_smi_`; nvidia-smi's own units: MiB, percent, MHz, W. A factor below 1 divides. */
const TABLE: readonly Short[] = [
  ['gauge', 'used_bytes', ['memory_used'], BYTES_PER_MIB],
  ['gauge', 'total_bytes', ['memory_total'], BYTES_PER_MIB],
  ['gauge', 'free_bytes', ['memory_free'], BYTES_PER_MIB],
  ['gauge', 'reserved_bytes', ['memory_reserved'], BYTES_PER_MIB],
  ['gauge', 'util_ratio', ['utilization_gpu'], 0.01],
  ['gauge', 'mem_util_ratio', ['utilization_memory'], 0.01],
  ['gauge', 'encoder_util_ratio', ['utilization_encoder'], 0.01],
  ['gauge', 'decoder_util_ratio', ['utilization_decoder'], 0.01],
  ['gauge', 'temperature_c', ['temperature_gpu']],
  ['gauge', 'mem_temperature_c', ['temperature_memory']],
  ['gauge', 'power_w', ['power_draw', 'power_draw_instant', 'power_draw_average']],
  ['gauge', 'power_limit_w', ['power_limit']],
  ['gauge', 'sm_clock_hz', ['clocks_current_sm'], 1e6],
  ['gauge', 'mem_clock_hz', ['clocks_current_memory'], 1e6],
  ['gauge', 'fan_ratio', ['fan_speed'], 0.01],
  ['gauge', 'pcie_gen', ['pcie_link_gen_current']],
  ['gauge', 'pcie_width', ['pcie_link_width_current']],
  ['gauge', 'remapped_rows_correctable', ['remapped_rows_correctable']],
  ['gauge', 'remapped_rows_uncorrectable', ['remapped_rows_uncorrectable']],
];

const ROWS: readonly GpuRow[] = TABLE.map(([kind, field, names, factor = 1]) => {
  const scale = factor < 1 ? { divide: Math.round(1 / factor) } : { multiply: factor };
  return { kind, field, names: names.map((name) => `nvidia_smi_${name}`), ...scale } as GpuRow;
});

/** Parts that are added up: Telegraf prints no totals. */
const ECC = new Map([
  ['nvidia_smi_ecc_errors_volatile_dram_correctable', 'ecc_corrected'],
  ['nvidia_smi_ecc_errors_volatile_sram_correctable', 'ecc_corrected'],
  ['nvidia_smi_ecc_errors_volatile_dram_uncorrectable', 'ecc_uncorrected'],
  ['nvidia_smi_ecc_errors_volatile_sram_uncorrectable', 'ecc_uncorrected'],
  ['nvidia_smi_ecc_errors_aggregate_dram_correctable', 'ecc_corrected_lifetime'],
  ['nvidia_smi_ecc_errors_aggregate_sram_correctable', 'ecc_corrected_lifetime'],
  ['nvidia_smi_ecc_errors_aggregate_dram_uncorrectable', 'ecc_uncorrected_lifetime'],
  ['nvidia_smi_ecc_errors_aggregate_sram_uncorrectable', 'ecc_uncorrected_lifetime'],
] as const);

const MIG = new Map([
  ['nvidia_smi_mig_memory_fb_used', 'used_bytes'],
  ['nvidia_smi_mig_memory_fb_total', 'total_bytes'],
  ['nvidia_smi_mig_memory_fb_free', 'free_bytes'],
  ['nvidia_smi_mig_memory_fb_reserved', 'reserved_bytes'],
] as const);

/** Telegraf `inputs.nvidia_smi` through a Prometheus output: the prefix of nvidia_gpu_exporter with other units. */
export const telegraf: PageSource = {
  name: 'telegraf',
  kind: 'gpu',
  detects: (shape) =>
    shape.families.some(({ name }) => name === 'nvidia_smi_memory_used' || name === 'nvidia_smi_memory_total'),
  plan: (shape) =>
    compileGpus(
      shape,
      {
        rows: ROWS,
        // `pstate` and `compute_mode` are labels that move with load, so the uuid alone says which GPU it is.
        identify(labels) {
          const uuid = labelText(labels, 'uuid');
          if (uuid === undefined) return undefined;
          const attributes: Record<string, string> = {};
          for (const label of ['name', 'index', 'host', 'arch']) {
            const value = labelText(labels, label);
            if (value !== undefined) attributes[label] = value;
          }
          return { uuid: normaliseUuid(uuid), mig: '', attributes };
        },
        ignored(name) {
          if (name.startsWith('nvidia_smi_process_'))
            return 'Telegraf prints the pid as a value, so processes cannot be told apart';
          return name.startsWith('nvidia_smi_') ? 'an nvidia-smi field without a canonical field' : undefined;
        },
      },
      (draft) => {
        addParts(draft);
        addPstate(draft);
        const count = draft.gpus.filter((gpu) => gpu.mig === '').length;
        return { recognised: `Telegraf nvidia_smi, ${count} GPU${count === 1 ? '' : 's'}` };
      },
    ),
};

function addParts({ builder, shape, subjectOf }: GpuDraftPlan): void {
  const bits = new Map(
    Object.entries(THROTTLE_BITS).map(([reason, bit]) => [`nvidia_smi_clocks_event_reason_${reason}`, bit]),
  );
  const ecc: ReadonlyMap<
    string,
    'ecc_corrected' | 'ecc_uncorrected' | 'ecc_corrected_lifetime' | 'ecc_uncorrected_lifetime'
  > = ECC;
  const mig: ReadonlyMap<string, 'used_bytes' | 'total_bytes' | 'free_bytes' | 'reserved_bytes'> = MIG;
  const seen = new Set<string>();
  shape.series.forEach((series, index) => {
    const { name, labels } = series;
    const part = ecc.get(name);
    const memory = mig.get(name);
    const bit = bits.get(name);
    const uuid = labelText(labels, 'uuid');
    if ((part === undefined && memory === undefined && bit === undefined) || uuid === undefined) return;
    const key = normaliseUuid(uuid);
    if (memory !== undefined) {
      const instance = `${labels.get('gpu_index') ?? ''}/${labels.get('compute_index') ?? ''}`;
      builder.gauge(index, subjectOf({ uuid: key, mig: instance, attributes: {} }), memory, {
        combine: 'max',
        multiply: BYTES_PER_MIB,
      });
      return;
    }
    const subject = subjectOf({ uuid: key, mig: '', attributes: {} });
    if (bit !== undefined) builder.gauge(index, subject, 'throttle_bits', { combine: 'or', multiply: bit });
    else if (part !== undefined && !seen.has(`${subject}/${name}`)) {
      seen.add(`${subject}/${name}`);
      builder.gauge(index, subject, part, { combine: 'sum' });
    }
  });
}

/** The performance state is a label. Two of them at once mean that Telegraf still prints a row from before a change. */
function addPstate({ builder, shape, gpus }: GpuDraftPlan): void {
  const states = new Map<string, Set<string>>();
  for (const series of shape.series) {
    const uuid = labelText(series.labels, 'uuid');
    const state = labelText(series.labels, 'pstate');
    if (uuid === undefined || state === undefined || !series.name.startsWith('nvidia_smi_')) continue;
    const key = normaliseUuid(uuid);
    states.set(key, (states.get(key) ?? new Set()).add(state));
  }
  for (const gpu of gpus) {
    const known = states.get(gpu.uuid);
    const [state] = known ?? [];
    if (known === undefined || state === undefined || gpu.mig !== '') continue;
    if (known.size > 1) {
      builder.note('Telegraf prints rows of two performance states of one GPU at once; the larger value is used');
    } else if (/^P\d+$/.test(state)) {
      builder.constantGauge(gpu.index, 'pstate', Number(state.slice(1)), 'label pstate');
    }
  }
}
