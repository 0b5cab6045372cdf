/** What the reports ask of each cell: rules.yaml, run_criteria, number for number; scenarios that are played too stand in lib/metrics. */

/** Report 004: success at least, p95 below. */
export const CONCURRENCY_CELLS = [
  { contextTokens: 1024, concurrency: 50, success: 0.9, p95Seconds: 2 },
  { contextTokens: 1024, concurrency: 100, success: 0.8, p95Seconds: 3 },
  { contextTokens: 4096, concurrency: 50, success: 0.8, p95Seconds: 15 },
  { contextTokens: 4096, concurrency: 100, success: 0.7, p95Seconds: 20 },
  { contextTokens: 8192, concurrency: 50, success: 0.7, p95Seconds: 25 },
  { contextTokens: 8192, concurrency: 100, success: 0.6, p95Seconds: 35 },
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
