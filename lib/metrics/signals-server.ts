import type { Signal } from '#lib/metrics/signal.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const engine = { kind: 'engine', windowMs: MINUTE_MS } as const;

/** Failures, host memory and energy of an engine's server. */
export const SERVER_SIGNALS: readonly Signal[] = [
  {
    ...engine,
    id: 'error_rate',
    title: 'Requests refused or failed',
    unit: 'per_second',
    compute: {
      type: 'rate',
      counters: ['finished_error', 'finished_abort', 'http_4xx', 'http_5xx', 'admission_rejections'],
    },
    fleet: 'sum',
    help: 'Aborted and failed requests plus HTTP 4xx and 5xx answers per second.',
    source: 'vllm:request_success_total, http_requests_total',
  },
  {
    ...engine,
    id: 'oom_errors',
    title: 'Out-of-memory failures',
    unit: 'count',
    compute: {
      type: 'failures-while-full',
      counters: ['finished_error', 'finished_abort', 'http_5xx'],
      fullRatio: 0.95,
    },
    windowMs: 5 * MINUTE_MS,
    fleet: 'sum',
    help: 'Requests that failed in a window in which a GPU of the engine was at least 95 % full. vLLM counts no out-of-memory errors: this is what one leaves behind. Unknown without a linked GPU.',
    source: '001 Key Metrics; derived',
    targets: [{ op: '=', value: 0, label: '001 target' }],
  },
  {
    ...engine,
    id: 'resident_bytes',
    title: 'Host memory of the server',
    unit: 'bytes',
    compute: { type: 'gauge', field: 'resident_bytes' },
    fleet: 'sum',
    help: 'Resident memory of the API server process. Not exposed with several API servers.',
    source: 'process_resident_memory_bytes',
  },
  {
    ...engine,
    id: 'rss_leak_verdict',
    title: 'Host memory leak verdict',
    unit: 'leak_verdict',
    compute: { type: 'memory-verdict', field: 'resident_bytes', form: 'verdict' },
    windowMs: DAY_MS,
    fleet: 'mean',
    help: 'Whether the floors of the server’s resident memory grow for good; as vram_leak_verdict. The limit of a pod or host is not known.',
    source: 'algorithms §6; process_resident_memory_bytes',
  },
  {
    ...engine,
    id: 'rss_growth_rate',
    title: 'Host memory growth',
    unit: 'bytes_per_second',
    compute: { type: 'memory-verdict', field: 'resident_bytes', form: 'growth' },
    windowMs: DAY_MS,
    fleet: 'sum',
    help: 'Slope of the floors of the server’s resident memory, load and steps taken out.',
    source: 'algorithms §6; process_resident_memory_bytes',
  },
  {
    ...engine,
    id: 'tokens_per_joule',
    title: 'Tokens per joule',
    unit: 'tokens_per_joule',
    compute: { type: 'per-linked-gpu', counters: ['generation_tokens'], gpuGauge: 'power_w' },
    fleet: 'mean',
    help: 'Generated tokens per second ÷ watts of the GPUs that the engine runs on (tokens/s per watt).',
    source: 'derived',
  },
];
