/** The scenarios of the reports with their numbers as printed (rules.yaml, run_criteria): played, planned and judged by. */

/** The throughput that all of 000's bursts start from. */
export const REPORT_BASELINE_RPS = 202;

/** Report 000, four traffic patterns. `averageRps` leaves the recovery out. */
export const REPORT_BURSTS = [
  { id: 'burst_5x_spike', multiplier: 5, peakRps: 1010, averageRps: 606, queuePeak: 63, requests: 25_250 },
  { id: 'burst_10x_spike_extreme', multiplier: 10, peakRps: 2020, averageRps: 1111, queuePeak: 142, requests: 46_056 },
  { id: 'burst_oscillating', multiplier: 3, peakRps: 606, averageRps: 404, queuePeak: 15, requests: 12_726 },
  { id: 'burst_ramp_drop', multiplier: 4, peakRps: 808, averageRps: 444, queuePeak: 37, requests: 18_988 },
] as const;
export type ReportBurst = (typeof REPORT_BURSTS)[number];

export type ReportKvCase = {
  readonly id: string;
  readonly model: '0.5B' | '7B';
  readonly batch: number;
  readonly sequence: number;
  readonly concurrent: number;
  readonly generate: number;
  readonly kvGb: number;
  /** Per cent of a card of 24 GB; above 100 it does not fit. */
  readonly utilization: number;
  /** Per cent. */
  readonly hitRate: number;
  /** Per cent. */
  readonly evictions: number;
  readonly rps: number;
  readonly passes: boolean;
};

type KvRow = readonly [
  id: string,
  model: ReportKvCase['model'],
  batch: number,
  sequence: number,
  concurrent: number,
  generate: number,
  kvGb: number,
  utilization: number,
  hitRate: number,
  evictions: number,
  rps: number,
  passes: boolean,
];

const KV_ROWS: readonly KvRow[] = [
  ['short_sequence_low_stress', '0.5B', 32, 1024, 1, 128, 0.2, 0.7, 90, 0, 50.5, true],
  ['medium_sequence_normal', '0.5B', 64, 4096, 2, 256, 2.6, 10.7, 90, 0, 101, true],
  ['large_sequence_high', '0.5B', 128, 8192, 4, 512, 20.6, 85.9, 90, 0, 171.7, true],
  ['very_large_sequence_extreme', '0.5B', 256, 16_384, 8, 512, 164.9, 687.2, 50, 85, 343.4, false],
  ['maximum_context_32k', '0.5B', 128, 32_768, 2, 256, 41.2, 171.8, 69.5, 41, 171.7, false],
  ['high_concurrency_16', '0.5B', 512, 2048, 16, 128, 82.5, 343.6, 55, 70, 686.8, false],
  ['streaming_progressive', '0.5B', 64, 8192, 4, 2048, 10.3, 42.9, 90, 0, 101, true],
  ['multi_request_worst_case', '0.5B', 256, 16_384, 8, 1024, 164.9, 687.2, 50, 85, 343.4, false],
  ['7b_moderate', '7B', 32, 4096, 2, 256, 5.2, 21.5, 90, 0, 50.5, true],
  ['7b_maximum_sequence', '7B', 16, 16_384, 1, 512, 5.2, 21.5, 90, 0, 25.2, true],
  ['cache_exhaustion', '0.5B', 512, 32_768, 16, 512, 1319.4, 5497.6, 50, 98, 686.8, false],
];

/** Report 002, eleven KV cases. */
export const REPORT_KV_CASES: readonly ReportKvCase[] = KV_ROWS.map(
  ([id, model, batch, sequence, concurrent, generate, kvGb, utilization, hitRate, evictions, rps, passes]) => ({
    ...{ id, model, batch, sequence, concurrent, generate },
    ...{ kvGb, utilization, hitRate, evictions, rps, passes },
  }),
);

/** Report 000, seven pre-flight cases. `batch` of one worker, `needGb` of all; `fits` at 100 % of the card. */
export const REPORT_OOM_CASES = [
  { id: 'oom_normal_batch', gpuGb: 24, batch: 128, workers: 1, needGb: 0.5, fits: true },
  { id: 'oom_large_batch_safe', gpuGb: 24, batch: 512, workers: 1, needGb: 2, fits: true },
  { id: 'oom_oversized_batch', gpuGb: 24, batch: 2048, workers: 1, needGb: 8, fits: true },
  { id: 'oom_extreme_batch', gpuGb: 24, batch: 8192, workers: 1, needGb: 32, fits: false },
  { id: 'oom_multi_worker', gpuGb: 40, batch: 1024, workers: 2, needGb: 12, fits: true },
  { id: 'oom_at_limit', gpuGb: 24, batch: 512, workers: 1, needGb: 24, fits: true },
  { id: 'oom_small_gpu_large_batch', gpuGb: 8, batch: 512, workers: 1, needGb: 4, fits: true },
] as const;
export type ReportOomCase = (typeof REPORT_OOM_CASES)[number];
