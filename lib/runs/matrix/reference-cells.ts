/** What the reports ask of each cell: rules.yaml, run_criteria, number for number. */

/** The throughput that all of 000's burst scenarios start from. */
export const REPORT_BASELINE_RPS = 202;

/** Report 004: success at least, p95 below. */
export const CONCURRENCY_CELLS = [
  { contextTokens: 1024, concurrency: 50, success: 0.9, p95Seconds: 2 },
  { contextTokens: 1024, concurrency: 100, success: 0.8, p95Seconds: 3 },
  { contextTokens: 4096, concurrency: 50, success: 0.8, p95Seconds: 15 },
  { contextTokens: 4096, concurrency: 100, success: 0.7, p95Seconds: 20 },
  { contextTokens: 8192, concurrency: 50, success: 0.7, p95Seconds: 25 },
  { contextTokens: 8192, concurrency: 100, success: 0.6, p95Seconds: 35 },
] as const;

/** Report 000, four traffic patterns. */
export const BURST_SCENARIOS = [
  { id: 'burst_5x_spike', multiplier: 5, peakRps: 1010, averageRps: 606, queuePeak: 63, requests: 25_250 },
  { id: 'burst_10x_spike_extreme', multiplier: 10, peakRps: 2020, averageRps: 1111, queuePeak: 142, requests: 46_056 },
  { id: 'burst_oscillating', multiplier: 3, peakRps: 606, averageRps: 404, queuePeak: 15, requests: 12_726 },
  { id: 'burst_ramp_drop', multiplier: 4, peakRps: 808, averageRps: 444, queuePeak: 37, requests: 18_988 },
] as const;

/** Report 002, eleven scenarios on a card of 24 GB; `utilization` above 1 does not fit it. */
export const KV_SCENARIOS = [
  { id: 'short_sequence_low_stress', kvGb: 0.2, utilization: 0.007, hitRate: 0.9, evictions: 0, passes: true },
  { id: 'medium_sequence_normal', kvGb: 2.6, utilization: 0.107, hitRate: 0.9, evictions: 0, passes: true },
  { id: 'large_sequence_high', kvGb: 20.6, utilization: 0.859, hitRate: 0.9, evictions: 0, passes: true },
  { id: 'very_large_sequence_extreme', kvGb: 164.9, utilization: 6.872, hitRate: 0.5, evictions: 0.85, passes: false },
  { id: 'maximum_context_32k', kvGb: 41.2, utilization: 1.718, hitRate: 0.695, evictions: 0.41, passes: false },
  { id: 'high_concurrency_16', kvGb: 82.5, utilization: 3.436, hitRate: 0.55, evictions: 0.7, passes: false },
  { id: 'streaming_progressive', kvGb: 10.3, utilization: 0.429, hitRate: 0.9, evictions: 0, passes: true },
  { id: 'multi_request_worst_case', kvGb: 164.9, utilization: 6.872, hitRate: 0.5, evictions: 0.85, passes: false },
  { id: '7b_moderate', kvGb: 5.2, utilization: 0.215, hitRate: 0.9, evictions: 0, passes: true },
  { id: '7b_maximum_sequence', kvGb: 5.2, utilization: 0.215, hitRate: 0.9, evictions: 0, passes: true },
  { id: 'cache_exhaustion', kvGb: 1319.4, utilization: 54.976, hitRate: 0.5, evictions: 0.98, passes: false },
] as const;

/** Report 000, seven pre-flight cases. `fits` at 100 % of the card. */
export const OOM_CASES = [
  { id: 'oom_normal_batch', gpuGb: 24, batch: 128, needGb: 0.5, fits: true },
  { id: 'oom_large_batch_safe', gpuGb: 24, batch: 512, needGb: 2, fits: true },
  { id: 'oom_oversized_batch', gpuGb: 24, batch: 2048, needGb: 8, fits: true },
  { id: 'oom_extreme_batch', gpuGb: 24, batch: 8192, needGb: 32, fits: false },
  { id: 'oom_multi_worker', gpuGb: 40, batch: 2048, needGb: 12, fits: true },
  { id: 'oom_at_limit', gpuGb: 24, batch: 512, needGb: 24, fits: true },
  { id: 'oom_small_gpu_large_batch', gpuGb: 8, batch: 512, needGb: 4, fits: true },
] as const;

/** Report 001, phase 6. */
export const CHUNK_SIZES = [
  { name: 'no chunking', tokens: 8192 },
  { name: 'adaptive', tokens: 2048 },
  { name: 'token budget', tokens: 1024 },
  { name: 'medium', tokens: 512 },
  { name: 'small', tokens: 256 },
] as const;
export const CHUNK_PROMPTS = [512, 2048, 8192] as const;
export const RECOMMENDED_CHUNK = 512;
/** "95% of small chunk latency benefits" */
export const CHUNK_BENEFIT = 0.95;

/** Report 001, phase 5: the three combinations that it names, of 60. */
export const NAMED_FITS = [
  { model: '0.5B', gpu: 'RTX 3090', quantization: 'INT4', utilization: 0.51, recommended: true },
  { model: '7B', gpu: 'H100', quantization: 'INT4', utilization: 0.59, recommended: true },
  { model: '13B', gpu: 'H100', quantization: 'INT4', utilization: 0.82, recommended: false },
] as const;
export const FIT_GPUS = ['RTX 3090', 'A100', 'H100', 'RTX 4090', 'L40'] as const;
export const FIT_QUANTIZATIONS = ['FP32', 'FP16', 'INT8', 'INT4'] as const;
export const FIT_MODELS = ['0.5B', '7B', '13B'] as const;

/** 000, "Enforce Safe Limits". */
export const SOFT_CAP = 0.8;
