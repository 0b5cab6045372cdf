import type { EngineCounter, EngineGauge, EngineHistogram, GpuCounter, GpuGauge } from '#lib/metrics/sample.ts';
import type { DerivedCounter } from '#lib/metrics/signal.ts';

/** A series that holds a canonical field: value of the field = value of the series × `factor`. */
export type SeriesName = { readonly name: string; readonly matchers?: string; readonly factor?: number };

export const GPU_EXPORTERS = ['nvidia_gpu_exporter', 'dcgm'] as const;
export type GpuExporter = (typeof GPU_EXPORTERS)[number];

/** vLLM's current names, as they are on the page; gauges and counters of one engine. */
export const VLLM_SERIES: Partial<Record<EngineGauge | EngineCounter | DerivedCounter, SeriesName>> = {
  running_requests: { name: 'vllm:num_requests_running' },
  waiting_requests: { name: 'vllm:num_requests_waiting' },
  waiting_capacity_requests: { name: 'vllm:num_requests_waiting_by_reason', matchers: 'reason="capacity"' },
  waiting_deferred_requests: { name: 'vllm:num_requests_waiting_by_reason', matchers: 'reason="deferred"' },
  kv_usage_ratio: { name: 'vllm:kv_cache_usage_perc' },
  awake: { name: 'vllm:engine_sleep_state', matchers: 'sleep_state="awake"' },
  prompt_tokens: { name: 'vllm:prompt_tokens_total' },
  prompt_tokens_cached: { name: 'vllm:prompt_tokens_cached_total' },
  generation_tokens: { name: 'vllm:generation_tokens_total' },
  preemptions: { name: 'vllm:num_preemptions_total' },
  prefix_queries: { name: 'vllm:prefix_cache_queries_total' },
  prefix_hits: { name: 'vllm:prefix_cache_hits_total' },
  external_prefix_queries: { name: 'vllm:external_prefix_cache_queries_total' },
  external_prefix_hits: { name: 'vllm:external_prefix_cache_hits_total' },
  mm_cache_queries: { name: 'vllm:mm_cache_queries_total' },
  mm_cache_hits: { name: 'vllm:mm_cache_hits_total' },
  finished: { name: 'vllm:request_success_total' },
  finished_stop: { name: 'vllm:request_success_total', matchers: 'finished_reason="stop"' },
  finished_length: { name: 'vllm:request_success_total', matchers: 'finished_reason="length"' },
  finished_abort: { name: 'vllm:request_success_total', matchers: 'finished_reason="abort"' },
  finished_error: { name: 'vllm:request_success_total', matchers: 'finished_reason="error"' },
  corrupted_requests: { name: 'vllm:corrupted_requests_total' },
  spec_drafts: { name: 'vllm:spec_decode_num_drafts_total' },
  spec_draft_tokens: { name: 'vllm:spec_decode_num_draft_tokens_total' },
  spec_accepted_tokens: { name: 'vllm:spec_decode_num_accepted_tokens_total' },
};

/** Without `_bucket`, `_sum`, `_count`. */
export const VLLM_HISTOGRAMS: Record<EngineHistogram, string> = {
  ttft_s: 'vllm:time_to_first_token_seconds',
  itl_s: 'vllm:inter_token_latency_seconds',
  tpot_s: 'vllm:request_time_per_output_token_seconds',
  e2e_s: 'vllm:e2e_request_latency_seconds',
  queue_s: 'vllm:request_queue_time_seconds',
  prefill_s: 'vllm:request_prefill_time_seconds',
  decode_s: 'vllm:request_decode_time_seconds',
  inference_s: 'vllm:request_inference_time_seconds',
  request_prompt_tokens: 'vllm:request_prompt_tokens',
  request_generation_tokens: 'vllm:request_generation_tokens',
  iteration_tokens: 'vllm:iteration_tokens_total',
  kv_block_lifetime_s: 'vllm:kv_block_lifetime_seconds',
};

const MIB = 1024 ** 2;

export const GPU_SERIES: Record<GpuExporter, Partial<Record<GpuGauge | GpuCounter, SeriesName>>> = {
  nvidia_gpu_exporter: {
    used_bytes: { name: 'nvidia_smi_memory_used_bytes' },
    total_bytes: { name: 'nvidia_smi_memory_total_bytes' },
    free_bytes: { name: 'nvidia_smi_memory_free_bytes' },
    reserved_bytes: { name: 'nvidia_smi_memory_reserved_bytes' },
    util_ratio: { name: 'nvidia_smi_utilization_gpu_ratio' },
    mem_util_ratio: { name: 'nvidia_smi_utilization_memory_ratio' },
    temperature_c: { name: 'nvidia_smi_temperature_gpu' },
    mem_temperature_c: { name: 'nvidia_smi_temperature_memory' },
    power_w: { name: 'nvidia_smi_power_draw_watts' },
    power_limit_w: { name: 'nvidia_smi_enforced_power_limit_watts' },
    sm_clock_hz: { name: 'nvidia_smi_clocks_current_sm_clock_hz' },
    mem_clock_hz: { name: 'nvidia_smi_clocks_current_memory_clock_hz' },
    fan_ratio: { name: 'nvidia_smi_fan_speed_ratio' },
    throttle_bits: { name: 'nvidia_smi_clocks_event_reasons_active' },
    ecc_corrected: { name: 'nvidia_smi_ecc_errors_corrected_volatile_total' },
    ecc_uncorrected: { name: 'nvidia_smi_ecc_errors_uncorrected_volatile_total' },
    remapped_rows_correctable: { name: 'nvidia_smi_remapped_rows_correctable' },
    remapped_rows_uncorrectable: { name: 'nvidia_smi_remapped_rows_uncorrectable' },
    remapped_rows_pending: { name: 'nvidia_smi_remapped_rows_pending' },
    remapped_rows_failure: { name: 'nvidia_smi_remapped_rows_failure' },
    retired_pages_pending: { name: 'nvidia_smi_retired_pages_pending' },
    energy_j: { name: 'nvidia_smi_energy_joules_total' },
    collected_at_s: { name: 'nvidia_smi_last_collect_success_timestamp_seconds' },
  },
  dcgm: {
    used_bytes: { name: 'DCGM_FI_DEV_FB_USED', factor: MIB },
    free_bytes: { name: 'DCGM_FI_DEV_FB_FREE', factor: MIB },
    reserved_bytes: { name: 'DCGM_FI_DEV_FB_RESERVED', factor: MIB },
    util_ratio: { name: 'DCGM_FI_DEV_GPU_UTIL', factor: 0.01 },
    mem_util_ratio: { name: 'DCGM_FI_DEV_MEM_COPY_UTIL', factor: 0.01 },
    tensor_active_ratio: { name: 'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE' },
    dram_active_ratio: { name: 'DCGM_FI_PROF_DRAM_ACTIVE' },
    graphics_active_ratio: { name: 'DCGM_FI_PROF_GR_ENGINE_ACTIVE' },
    temperature_c: { name: 'DCGM_FI_DEV_GPU_TEMP' },
    mem_temperature_c: { name: 'DCGM_FI_DEV_MEMORY_TEMP' },
    power_w: { name: 'DCGM_FI_DEV_POWER_USAGE' },
    power_limit_w: { name: 'DCGM_FI_DEV_ENFORCED_POWER_LIMIT' },
    sm_clock_hz: { name: 'DCGM_FI_DEV_SM_CLOCK', factor: 1e6 },
    mem_clock_hz: { name: 'DCGM_FI_DEV_MEM_CLOCK', factor: 1e6 },
    throttle_bits: { name: 'DCGM_FI_DEV_CLOCKS_EVENT_REASONS' },
    ecc_corrected: { name: 'DCGM_FI_DEV_ECC_SBE_VOL_TOTAL' },
    ecc_uncorrected: { name: 'DCGM_FI_DEV_ECC_DBE_VOL_TOTAL' },
    remapped_rows_correctable: { name: 'DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS' },
    remapped_rows_uncorrectable: { name: 'DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS' },
    remapped_rows_pending: { name: 'DCGM_FI_DEV_ROW_REMAP_PENDING' },
    remapped_rows_failure: { name: 'DCGM_FI_DEV_ROW_REMAP_FAILURE' },
    retired_pages_pending: { name: 'DCGM_FI_DEV_RETIRED_PENDING' },
    xid_last: { name: 'DCGM_FI_DEV_XID_ERRORS' },
    energy_j: { name: 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION', factor: 0.001 },
    pcie_replays: { name: 'DCGM_FI_DEV_PCIE_REPLAY_COUNTER' },
  },
};
