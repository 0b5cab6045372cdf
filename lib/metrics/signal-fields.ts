import type { Compute } from '#lib/metrics/signal.ts';
import { SLO_LATENCIES } from '#lib/metrics/slo.ts';

const DERIVED_FROM: Readonly<Record<string, string>> = { finished: 'finished_stop', arrivals: 'finished_stop' };

/**
 * The fields of a page that a signal needs: derived counters count as what they are derived from. Which histograms a
 * promise needs is said by the promise, so none of them is needed here.
 */
export function fieldsOf(compute: Compute): readonly string[] {
  if (compute.type === 'slo') return [];
  return storedFieldsOf(compute).map((field) => DERIVED_FROM[field] ?? field);
}

/** The stored fields of the subject itself that a signal is computed from. */
export function storedFieldsOf(compute: Compute): readonly string[] {
  switch (compute.type) {
    case 'gauge':
    case 'peak':
    case 'any-bit':
    case 'memory-verdict':
      return [compute.field];
    case 'gauge-ratio':
      return [compute.numerator, compute.denominator];
    case 'gauge-product':
      return compute.fields;
    case 'rate':
    case 'increase':
    case 'over-baseline':
    case 'per-linked-gpu':
    case 'failures-while-full':
      return compute.counters;
    case 'increase-ratio':
      return [...compute.numerator, ...compute.denominator];
    case 'quantile':
    case 'histogram-mean':
    case 'fraction-below':
      return [compute.histogram];
    case 'joint-fraction-below':
      return compute.parts.map((part) => part.histogram);
    case 'slowdown':
      return ['running_requests', 'generation_tokens'];
    case 'burst':
      return ['arrivals', 'waiting_requests'];
    case 'baseline':
    case 'target-up':
    case 'target-frozen':
    case 'shown':
    case 'missing-signals':
    case 'run-figure':
    case 'sla':
      return [];
    case 'slo':
      return Object.values(SLO_LATENCIES);
  }
}
