import type { Signal } from '#lib/metrics/signal.ts';

const MINUTE_MS = 60_000;
const engine = { kind: 'engine', windowMs: MINUTE_MS } as const;

const latency = (
  id: string,
  title: string,
  histogram: 'ttft_s' | 'itl_s' | 'tpot_s' | 'e2e_s' | 'queue_s' | 'prefill_s' | 'decode_s',
  q: number,
  help: string,
  extra: Partial<Signal> = {},
): Signal => ({
  ...engine,
  id,
  title,
  unit: 'seconds',
  compute: { type: 'quantile', histogram, q },
  fleet: 'merge',
  help: `${help} Quantile of the summed bucket increases of the window, interpolated like Prometheus's histogram_quantile.`,
  source: 'vLLM latency histograms',
  ...extra,
});

/** How long requests take on an engine, and the share that is fast enough. */
export const LATENCY_SIGNALS: readonly Signal[] = [
  latency(
    'prefill_latency_p50',
    'Prefill p50',
    'prefill_s',
    0.5,
    'Time from leaving the queue to the first token, median.',
    {
      source: '001 Key Metrics',
      targets: [{ op: '<', value: 0.02, label: '001 target' }],
    },
  ),
  latency(
    'prefill_latency_p99',
    'Prefill p99',
    'prefill_s',
    0.99,
    'Time from leaving the queue to the first token, 99th percentile.',
    {
      source: '001 Key Metrics',
      targets: [{ op: '<', value: 0.1, label: '001 target' }],
    },
  ),
  latency('e2e_latency_p50', 'End to end p50', 'e2e_s', 0.5, 'Whole request, median.', {
    source: '001 Key Metrics',
    targets: [{ op: '<', value: 0.003, label: '001 target' }],
  }),
  latency('e2e_latency_p95', 'End to end p95', 'e2e_s', 0.95, 'Whole request, 95th percentile.'),
  latency('e2e_latency_p99', 'End to end p99', 'e2e_s', 0.99, 'Whole request, 99th percentile.', {
    source: '001 Key Metrics',
    targets: [{ op: '<', value: 0.05, label: '001 target' }],
  }),
  latency('ttft_p50', 'TTFT p50', 'ttft_s', 0.5, 'Time to the first token, median.'),
  latency('ttft_p95', 'TTFT p95', 'ttft_s', 0.95, 'Time to the first token, 95th percentile.'),
  latency('ttft_p99', 'TTFT p99', 'ttft_s', 0.99, 'Time to the first token, 99th percentile.'),
  latency('itl_p50', 'ITL p50', 'itl_s', 0.5, 'Inter-token latency, median.'),
  latency('itl_p99', 'ITL p99', 'itl_s', 0.99, 'Inter-token latency, 99th percentile.'),
  latency('tpot_p50', 'TPOT p50', 'tpot_s', 0.5, 'Mean time per output token of a request, median over requests.'),
  latency('tpot_p99', 'TPOT p99', 'tpot_s', 0.99, 'Mean time per output token of a request, 99th percentile.'),
  latency('queue_time_p50', 'Queue time p50', 'queue_s', 0.5, 'Time in the queue, median.'),
  latency('queue_time_p99', 'Queue time p99', 'queue_s', 0.99, 'Time in the queue, 99th percentile.'),
  latency('decode_latency_p99', 'Decode p99', 'decode_s', 0.99, 'First to last token, 99th percentile.'),
  {
    ...engine,
    id: 'ttft_goodput',
    title: 'TTFT within 1 s',
    unit: 'ratio',
    compute: { type: 'fraction-below', histogram: 'ttft_s', bound: 1 },
    fleet: 'merge',
    help: 'Share of requests whose first token came within 1 s; exact where 1 s is a bucket bound, else between min and max.',
    source: 'algorithms §2',
  },
  {
    ...engine,
    id: 'goodput',
    title: 'Goodput (TTFT ≤ 1 s, ITL ≤ 100 ms)',
    unit: 'ratio',
    compute: {
      type: 'joint-fraction-below',
      parts: [
        { histogram: 'ttft_s', bound: 1 },
        { histogram: 'itl_s', bound: 0.1 },
      ],
    },
    fleet: 'merge',
    help: 'Share that meets both bounds. Histograms show the two apart, so this is an interval: min and max are its bounds.',
    source: 'algorithms §2',
  },
];
