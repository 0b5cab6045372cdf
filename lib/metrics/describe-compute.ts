import { formatDurationMs } from '#lib/metrics/duration.ts';
import type { Compute, MemoryForm, SloForm } from '#lib/metrics/signal.ts';

const MEMORY_FORMS = {
  verdict: 'the word',
  growth: 'the Theil–Sen slope',
  'time-to-limit': '(limit − floor) ÷ slope',
  reserved: 'what memory settled at after the engine’s start, as known',
  'above-reserved': 'floor now − reserved',
} as const satisfies Record<MemoryForm, string>;

const SLO_TEXTS = {
  burn: '(requests outside the promise ÷ requests) ÷ (1 − objective)',
  slow: 'Σ bucket increases above the promised latency, of the worst one',
  requests: 'Σ bucket increases of the promised latencies',
  goodput: 'share of requests within every promised latency, as bounds',
  'budget-left': '1 − requests outside the promise ÷ (requests × (1 − objective))',
} as const satisfies Record<SloForm, string>;

/** How a signal follows from what was read, as a formula a reader can check. */
export function describeCompute(compute: Compute, windowMs: number): string {
  const over = `over ${formatDurationMs(windowMs)}`;
  switch (compute.type) {
    case 'gauge':
      return `${compute.field}, as read`;
    case 'peak':
      return `max(${compute.field}) ${over}`;
    case 'gauge-ratio':
      return `${compute.numerator} ÷ ${compute.denominator}`;
    case 'gauge-product':
      return compute.fields.join(' × ');
    case 'any-bit':
      return `${compute.field} & 0x${compute.mask.toString(16)} ≠ 0 in any poll ${over}`;
    case 'rate':
      return `Σ increase(${compute.counters.join(' + ')}) ÷ Σ elapsed, ${over}`;
    case 'increase':
      return `Σ increase(${compute.counters.join(' + ')}) ${over}`;
    case 'increase-ratio':
      return `Σ increase(${compute.numerator.join(' + ')}) ÷ Σ increase(${compute.denominator.join(' + ')}) ${over}`;
    case 'quantile':
      return compute.q === 1
        ? `upper bound of the highest used bucket of ${compute.histogram} ${over}`
        : `quantile ${compute.q} of the summed bucket increases of ${compute.histogram} ${over}`;
    case 'histogram-mean':
      return `Σ sum ÷ Σ count of ${compute.histogram} ${over}`;
    case 'fraction-below':
      return `share of ${compute.histogram} ≤ ${compute.bound} ${over}`;
    case 'joint-fraction-below':
      return `${compute.parts.map(({ histogram, bound }) => `${histogram} ≤ ${bound}`).join(' and ')}, as bounds, ${over}`;
    case 'per-linked-gpu':
      return `Σ increase(${compute.counters.join(' + ')}) ÷ Σ ${compute.gpuGauge} × elapsed of the linked GPUs`;
    case 'baseline':
      return 'configured, or the median of busy minutes of the last 7 days';
    case 'over-baseline':
      return compute.form === 'multiple'
        ? `rate(${compute.counters.join(' + ')}) ÷ baseline`
        : `max(0, 1 − rate(${compute.counters.join(' + ')}) ÷ baseline)`;
    case 'target-up':
      return compute.form === 'latest' ? 'the latest poll succeeded' : `successful polls ÷ polls ${over}`;
    case 'target-frozen':
      return 'values that must move have not, while the subject is busy';
    case 'shown':
      return 'the newest page of the answering target shows it';
    case 'missing-signals':
      return 'signals of enabled rules that the newest page cannot give';
    case 'memory-verdict':
      return `${MEMORY_FORMS[compute.form]} of the newest leak verdict on ${compute.field}: floors of 5 min over 24 h, warm-up removed, since the newest restart`;
    case 'slowdown':
      return 'running ÷ tokens per second of the last 20 min ÷ that of the first warm hour of the same process, medians at equal running requests';
    case 'burst':
      return compute.form === 'verdict'
        ? 'verdict of the newest burst that is open or was over less than 10 min ago'
        : 'from the end of its load until waiting, TTFT p95, tokens/s per running request, KV cache and preemptions were back in the band of the quiet minutes before; while it still recovers, the time so far';
    case 'run-figure':
      return `${compute.figure} of the newest run that is open or finished less than a day ago`;
    case 'slo':
      return `${SLO_TEXTS[compute.form]} ${over}`;
    case 'sla':
      return compute.form === 'basis'
        ? 'batches where batches were due, else online where a promise is stated, else unstated'
        : `requests of batches done in time ÷ requests of batches that were due, or minutes kept ÷ minutes with demand, ${over}`;
    case 'failures-while-full':
      return `Σ increase(${compute.counters.join(' + ')}) ${over}, while a linked GPU was at least ${compute.fullRatio * 100} % full`;
  }
}
