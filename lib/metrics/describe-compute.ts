import type { Compute } from '#lib/metrics/signal.ts';

/** The formula of a signal in canonical fields, for people: `sum(prefix_hits) / sum(prefix_queries)`. */
export function describeCompute(compute: Compute): string {
  const sum = (counters: readonly string[]): string => counters.map((counter) => `increase(${counter})`).join(' + ');
  switch (compute.type) {
    case 'gauge':
      return compute.field;
    case 'peak':
      return `max(${compute.field})`;
    case 'gauge-ratio':
      return `${compute.numerator} / ${compute.denominator}`;
    case 'gauge-product':
      return compute.fields.join(' × ');
    case 'any-bit':
      return `any(${compute.field} & 0x${compute.mask.toString(16)})`;
    case 'rate':
      return `(${sum(compute.counters)}) / elapsed`;
    case 'increase':
      return sum(compute.counters);
    case 'increase-ratio':
      return `(${sum(compute.numerator)}) / (${sum(compute.denominator)})`;
    case 'quantile':
      return compute.q >= 1
        ? `highest bucket used of ${compute.histogram}`
        : `quantile ${compute.q} of ${compute.histogram}`;
    case 'histogram-mean':
      return `sum(${compute.histogram}) / count(${compute.histogram})`;
    case 'fraction-below':
      return `share of ${compute.histogram} <= ${compute.bound}`;
    case 'joint-fraction-below':
      return compute.parts.map((part) => `${part.histogram} <= ${part.bound}`).join(' and ');
    case 'per-linked-gpu':
      return `(${sum(compute.counters)}) / elapsed / sum over linked GPUs of ${compute.gpuGauge}`;
    case 'baseline':
      return 'configured or learned baseline';
    case 'over-baseline':
      return compute.form === 'multiple'
        ? `(${sum(compute.counters)}) / elapsed / baseline`
        : `1 − (${sum(compute.counters)}) / elapsed / baseline`;
    case 'target-up':
      return compute.form === 'latest' ? 'latest poll succeeded' : 'polls that succeeded / polls';
    case 'target-frozen':
      return 'values unchanged for 5 polls while busy';
    case 'shown':
      return 'the newest page shows it';
    case 'missing-signals':
      return 'signals of enabled rules that the newest page cannot give';
    case 'failures-while-full':
      return `${sum(compute.counters)} where max over linked GPUs of used_bytes / total_bytes >= ${compute.fullRatio}`;
  }
}
