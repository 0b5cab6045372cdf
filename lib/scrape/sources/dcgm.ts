import { BYTES_PER_MIB, compileGpus, type GpuRow, labelText, normaliseUuid } from '#lib/scrape/sources/gpu-plan.ts';
import type { PageSource } from '#lib/scrape/sources/source.ts';

/**
 * DCGM's marks for blank, not found, not supported, not permitted: int32 2147483632..635, double 2^47 and int64 near 2^63.
 * A JavaScript number cannot hold the int64 ones exactly, so they are told by size (`dcgm_structs.h`).
 */
export function isDcgmBlank(value: number): boolean {
  return value >= 2 ** 47 || (value >= 2_147_483_632 && value <= 2_147_483_635);
}

/** Energy in mJ passes 2^47 after years of uptime, so only the int64 marks count as blank. */
function isBlankEnergy(value: number): boolean {
  return value >= 2 ** 62;
}

const OPT_IN = "not in dcgm-exporter's default list of fields; add it to the file given with -f";

type Short = readonly [
  kind: GpuRow['kind'],
  field: GpuRow['field'],
  names: readonly string[],
  factor?: number,
  note?: string,
];

/** Names without `DCGM_FI_DEV_` or `DCGM_FI_PROF_`, then the lower-case names of 1.x. A factor below 1 divides. */
const TABLE: readonly Short[] = [
  ['gauge', 'used_bytes', ['DCGM_FI_DEV_FB_USED', 'dcgm_fb_used'], BYTES_PER_MIB],
  ['gauge', 'free_bytes', ['DCGM_FI_DEV_FB_FREE', 'dcgm_fb_free'], BYTES_PER_MIB],
  ['gauge', 'reserved_bytes', ['DCGM_FI_DEV_FB_RESERVED'], BYTES_PER_MIB, 'since dcgm-exporter 4.3.1-4.4.0'],
  ['gauge', 'total_bytes', ['DCGM_FI_DEV_FB_TOTAL'], BYTES_PER_MIB, 'else used + free + reserved'],
  [
    'gauge',
    'util_ratio',
    ['DCGM_FI_DEV_GPU_UTIL', 'dcgm_gpu_utilization'],
    0.01,
    'DCGM prints none for a GPU in MIG mode',
  ],
  ['gauge', 'mem_util_ratio', ['DCGM_FI_DEV_MEM_COPY_UTIL', 'dcgm_mem_copy_utilization'], 0.01],
  ['gauge', 'encoder_util_ratio', ['DCGM_FI_DEV_ENC_UTIL', 'dcgm_enc_utilization'], 0.01],
  ['gauge', 'decoder_util_ratio', ['DCGM_FI_DEV_DEC_UTIL', 'dcgm_dec_utilization'], 0.01],
  ['gauge', 'graphics_active_ratio', ['DCGM_FI_PROF_GR_ENGINE_ACTIVE']],
  ['gauge', 'tensor_active_ratio', ['DCGM_FI_PROF_PIPE_TENSOR_ACTIVE']],
  ['gauge', 'dram_active_ratio', ['DCGM_FI_PROF_DRAM_ACTIVE']],
  ['gauge', 'temperature_c', ['DCGM_FI_DEV_GPU_TEMP', 'dcgm_gpu_temp']],
  ['gauge', 'mem_temperature_c', ['DCGM_FI_DEV_MEMORY_TEMP', 'dcgm_memory_temp'], 1, 'HBM GPUs only'],
  ['gauge', 'power_w', ['DCGM_FI_DEV_POWER_USAGE', 'dcgm_power_usage']],
  ['gauge', 'power_limit_w', ['DCGM_FI_DEV_ENFORCED_POWER_LIMIT', 'DCGM_FI_DEV_POWER_MGMT_LIMIT'], 1, OPT_IN],
  ['gauge', 'sm_clock_hz', ['DCGM_FI_DEV_SM_CLOCK', 'dcgm_sm_clock'], 1e6],
  ['gauge', 'mem_clock_hz', ['DCGM_FI_DEV_MEM_CLOCK', 'dcgm_memory_clock'], 1e6],
  ['gauge', 'sm_clock_max_hz', ['DCGM_FI_DEV_MAX_SM_CLOCK'], 1e6, OPT_IN],
  ['gauge', 'fan_ratio', ['DCGM_FI_DEV_FAN_SPEED'], 0.01, OPT_IN],
  ['gauge', 'pstate', ['DCGM_FI_DEV_PSTATE'], 1, OPT_IN],
  ['gauge', 'throttle_bits', ['DCGM_FI_DEV_CLOCKS_EVENT_REASONS', 'DCGM_FI_DEV_CLOCK_THROTTLE_REASONS'], 1, OPT_IN],
  ['gauge', 'ecc_corrected', ['DCGM_FI_DEV_ECC_SBE_VOL_TOTAL', 'dcgm_ecc_sbe_volatile_total'], 1, OPT_IN],
  ['gauge', 'ecc_uncorrected', ['DCGM_FI_DEV_ECC_DBE_VOL_TOTAL', 'dcgm_ecc_dbe_volatile_total'], 1, OPT_IN],
  ['gauge', 'ecc_corrected_lifetime', ['DCGM_FI_DEV_ECC_SBE_AGG_TOTAL', 'dcgm_ecc_sbe_aggregate_total'], 1, OPT_IN],
  ['gauge', 'ecc_uncorrected_lifetime', ['DCGM_FI_DEV_ECC_DBE_AGG_TOTAL', 'dcgm_ecc_dbe_aggregate_total'], 1, OPT_IN],
  ['gauge', 'remapped_rows_correctable', ['DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS']],
  ['gauge', 'remapped_rows_uncorrectable', ['DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS']],
  ['gauge', 'remapped_rows_pending', ['DCGM_FI_DEV_ROW_REMAP_PENDING'], 1, OPT_IN],
  ['gauge', 'remapped_rows_failure', ['DCGM_FI_DEV_ROW_REMAP_FAILURE']],
  ['gauge', 'retired_pages_pending', ['DCGM_FI_DEV_RETIRED_PENDING', 'dcgm_retired_pages_pending'], 1, OPT_IN],
  [
    'gauge',
    'xid_last',
    ['DCGM_FI_DEV_XID_ERRORS', 'dcgm_xid_errors'],
    1,
    'the last code, kept until the driver is reloaded',
  ],
  ['gauge', 'pcie_gen', ['DCGM_FI_DEV_PCIE_LINK_GEN'], 1, OPT_IN],
  ['gauge', 'pcie_width', ['DCGM_FI_DEV_PCIE_LINK_WIDTH'], 1, OPT_IN],
  ['counter', 'energy_j', ['DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION', 'dcgm_total_energy_consumption'], 0.001],
  ['counter', 'pcie_replays', ['DCGM_FI_DEV_PCIE_REPLAY_COUNTER', 'dcgm_pcie_replay_counter']],
];

const ROWS: readonly GpuRow[] = TABLE.map(([kind, field, names, factor = 1, note]) => {
  const isBlank =
    field === 'energy_j' ? isBlankEnergy : field === 'mem_temperature_c' ? isBlankMemoryTemperature : isDcgmBlank;
  const scale = factor < 1 ? { divide: Math.round(1 / factor) } : { multiply: factor };
  return { kind, field, names, note, isBlank, ...scale } as GpuRow;
});

/** GPUs without a memory sensor print 0; no memory in use is at 0 °C. */
function isBlankMemoryTemperature(value: number): boolean {
  return value === 0 || isDcgmBlank(value);
}

function ignoredReason(name: string): string | undefined {
  if (name.startsWith('DCGM_EXP_'))
    return "a count over the exporter's own window, which goes down again; it is no counter";
  if (/NVLINK|PCIE_(?:TX|RX)_BYTES|pcie_(?:tx|rx)_bytes/i.test(name)) return 'link traffic is not stored';
  if (/VIOLATION/i.test(name)) return 'time below full clocks in ns; the throttle reasons are used';
  if (/VGPU_LICENSE/.test(name)) return 'licence state';
  return /^dcgm_/i.test(name) ? 'a DCGM field without a canonical field' : undefined;
}

/** NVIDIA dcgm-exporter (port 9400), 1.x lower-case names to 4.x. */
export const dcgm: PageSource = {
  name: 'dcgm',
  kind: 'gpu',
  detects: (shape) => shape.families.some(({ name }) => /^DCGM_FI_|^dcgm_(?:fb|gpu|sm|power|xid)_/.test(name)),
  plan: (shape) =>
    compileGpus(
      shape,
      {
        rows: ROWS,
        identify(labels) {
          const uuid = labelText(labels, 'UUID', 'uuid', 'gpu_uuid');
          if (uuid === undefined) return undefined;
          const attributes: Record<string, string> = {};
          const set = (key: string, value: string | undefined): void => {
            if (value !== undefined) attributes[key] = value;
          };
          set('name', labelText(labels, 'modelName', 'model_name'));
          set('index', labelText(labels, 'gpu'));
          set('host', labelText(labels, 'Hostname', 'hostname'));
          set('pci_bus_id', labelText(labels, 'pci_bus_id'));
          set('driver_version', labelText(labels, 'DCGM_FI_DRIVER_VERSION'));
          set('mig_profile', labelText(labels, 'GPU_I_PROFILE'));
          return { uuid: normaliseUuid(uuid), mig: labelText(labels, 'GPU_I_ID') ?? '', attributes };
        },
        isShare: (labels) => labelText(labels, 'pod', 'pod_name') !== undefined,
        ignored: ignoredReason,
      },
      ({ builder, gpus }) => {
        for (const gpu of gpus) {
          if (
            !builder.has(gpu.index, 'total_bytes') &&
            builder.has(gpu.index, 'used_bytes') &&
            builder.has(gpu.index, 'free_bytes')
          ) {
            const reserved = builder.has(gpu.index, 'reserved_bytes');
            builder.origin(gpu.index, 'total_bytes', `FB_USED + FB_FREE${reserved ? ' + FB_RESERVED' : ''}`);
            if (!reserved)
              builder.note('total memory is used + free: this dcgm-exporter does not print the reserved part');
          }
        }
        builder.after((_values, drafts) => {
          for (const { gauges } of drafts) {
            if (
              gauges.total_bytes === undefined &&
              gauges.used_bytes !== undefined &&
              gauges.free_bytes !== undefined
            ) {
              gauges.total_bytes = gauges.used_bytes + gauges.free_bytes + (gauges.reserved_bytes ?? 0);
            }
          }
        });
        const instances = gpus.filter((gpu) => gpu.mig !== '').length;
        const old = shape.families.some(({ name }) => name.startsWith('dcgm_'));
        return {
          recognised: `dcgm-exporter${old ? ' 1.x' : ''}, ${gpus.length - instances} GPU${gpus.length - instances === 1 ? '' : 's'}${instances > 0 ? ` and ${instances} MIG instances` : ''}`,
        };
      },
    ),
};
