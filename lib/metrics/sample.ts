/**
 * The canonical fields that every source is mapped to, and the shape of one reading.
 * A field that is missing from a record is unknown: never 0, never the last value.
 * Storage, roll-ups and signals are generated from these lists; append, never rename.
 */

/** Values as read at the moment of the poll. Ratios are 0..1, memory is bytes, clocks are Hz. */
export const ENGINE_GAUGES = [
  'running_requests',
  'waiting_requests',
  'waiting_capacity_requests',
  'waiting_deferred_requests',
  'swapped_requests',
  'kv_usage_ratio',
  'kv_blocks',
  'kv_block_tokens',
  'cpu_kv_usage_ratio',
  'prefix_hit_ratio',
  'awake',
  'max_running_requests',
  'max_model_tokens',
  'resident_bytes',
  'process_start_s',
] as const;
export type EngineGauge = (typeof ENGINE_GAUGES)[number];

/** Counters: a reading holds the exporter's own running total, a stored sample holds the increase. */
export const ENGINE_COUNTERS = [
  'prompt_tokens',
  'prompt_tokens_cached',
  'generation_tokens',
  'preemptions',
  'prefix_queries',
  'prefix_hits',
  'external_prefix_queries',
  'external_prefix_hits',
  'mm_cache_queries',
  'mm_cache_hits',
  'finished_stop',
  'finished_length',
  'finished_abort',
  'finished_error',
  'finished_other',
  'http_2xx',
  'http_4xx',
  'http_5xx',
  'admission_rejections',
  'corrupted_requests',
  'spec_drafts',
  'spec_draft_tokens',
  'spec_accepted_tokens',
] as const;
export type EngineCounter = (typeof ENGINE_COUNTERS)[number];

/** Histograms. `_s` are seconds, `_tokens` are tokens. */
export const ENGINE_HISTOGRAMS = [
  'ttft_s',
  'itl_s',
  'tpot_s',
  'e2e_s',
  'queue_s',
  'prefill_s',
  'decode_s',
  'inference_s',
  'request_prompt_tokens',
  'request_generation_tokens',
  'iteration_tokens',
  'kv_block_lifetime_s',
] as const;
export type EngineHistogram = (typeof ENGINE_HISTOGRAMS)[number];

export const GPU_GAUGES = [
  'used_bytes',
  'total_bytes',
  'free_bytes',
  'reserved_bytes',
  'process_used_bytes',
  'process_count',
  'util_ratio',
  'mem_util_ratio',
  'encoder_util_ratio',
  'decoder_util_ratio',
  'graphics_active_ratio',
  'tensor_active_ratio',
  'dram_active_ratio',
  'temperature_c',
  'mem_temperature_c',
  'power_w',
  'power_limit_w',
  'sm_clock_hz',
  'mem_clock_hz',
  'sm_clock_max_hz',
  'fan_ratio',
  'pstate',
  'throttle_bits',
  'ecc_corrected',
  'ecc_uncorrected',
  'ecc_corrected_lifetime',
  'ecc_uncorrected_lifetime',
  'remapped_rows_correctable',
  'remapped_rows_uncorrectable',
  'remapped_rows_pending',
  'remapped_rows_failure',
  'retired_pages_pending',
  'xid_last',
  'pcie_gen',
  'pcie_width',
  'collected_at_s',
] as const;
export type GpuGauge = (typeof GPU_GAUGES)[number];

export const GPU_COUNTERS = ['energy_j', 'xid_errors', 'pcie_replays', 'collect_failures'] as const;
export type GpuCounter = (typeof GPU_COUNTERS)[number];

/**
 * Bits of `throttle_bits`, those of nvidia-smi's `clocks_event_reasons.active`.
 * Exporters that print one 0/1 series per reason are folded into the same mask.
 */
export const THROTTLE_BITS = {
  gpu_idle: 0x1,
  applications_clocks_setting: 0x2,
  sw_power_cap: 0x4,
  hw_slowdown: 0x8,
  sync_boost: 0x10,
  sw_thermal_slowdown: 0x20,
  hw_thermal_slowdown: 0x40,
  hw_power_brake_slowdown: 0x80,
} as const satisfies Record<string, number>;

/** One histogram as read: upper bounds ascending, the last is Infinity; `cumulative[i]` counts values <= bounds[i]. */
export type HistogramReading = {
  readonly bounds: readonly number[];
  readonly cumulative: Float64Array;
  /** NaN when the exporter gives no sum. */
  readonly sum: number;
};

/** Facts about a subject that are text or change rarely; shown, not charted. */
export type Attributes = Readonly<Record<string, string>>;

export type EngineReading = {
  readonly kind: 'engine';
  /** Identity inside the target: served model name and engine label ("0" where the version has none). */
  readonly model: string;
  readonly engine: string;
  readonly attributes: Attributes;
  readonly gauges: Partial<Record<EngineGauge, number>>;
  readonly counters: Partial<Record<EngineCounter, number>>;
  readonly histograms: Partial<Record<EngineHistogram, HistogramReading>>;
  /** Canonical field -> the exporter's metric name it was read from. Same object while the page's shape is the same. */
  readonly origins: Readonly<Record<string, string>>;
  /** True where this source creates counter series at their first event, so a first appearance counts from zero. */
  readonly lazyCounters: boolean;
};

export type GpuProcess = { readonly pid: string; readonly name: string; readonly usedBytes: number | null };

export type GpuReading = {
  readonly kind: 'gpu';
  /** Lower case without the `GPU-` prefix, the same for every exporter. */
  readonly uuid: string;
  /** `GPU_I_ID` or gpu_instance_id (with compute instance, `7/0`) of a MIG instance, "" for a whole GPU. */
  readonly mig: string;
  readonly attributes: Attributes;
  readonly gauges: Partial<Record<GpuGauge, number>>;
  readonly counters: Partial<Record<GpuCounter, number>>;
  /** null where the source has no per-process data; [] where it has and nothing runs. */
  readonly processes: readonly GpuProcess[] | null;
  readonly origins: Readonly<Record<string, string>>;
  readonly lazyCounters: boolean;
};

export type Reading = EngineReading | GpuReading;

export const SUBJECT_KINDS = ['engine', 'gpu'] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];
