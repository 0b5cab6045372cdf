/** What the rows of the fleet page read from `/current`. */
export const ENGINE_COLUMNS_SIGNALS = [
  'kv_cache_utilization',
  'preemptions_per_second',
  'batch_efficiency',
  'iteration_tokens_mean',
  'queue_depth',
  'running_requests',
  'requests_per_second',
  'tokens_per_second',
  'ttft_p95',
] as const;

export const GPU_COLUMNS_SIGNALS = [
  'vram_used',
  'vram_total',
  'vram_utilization',
  'gpu_utilization',
  'gpu_temperature',
  'gpu_power',
  'gpu_xid',
  'gpu_throttled',
] as const;
