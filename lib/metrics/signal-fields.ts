import type { Compute } from '#lib/metrics/signal.ts';

const DERIVED_FROM: Readonly<Record<string, string>> = { finished: 'finished_stop', arrivals: 'finished_stop' };

/** The canonical fields that a signal is computed from. */
export function fieldsOf(compute: Compute): readonly string[] {
  const real = (fields: readonly string[]): string[] => fields.map((field) => DERIVED_FROM[field] ?? field);
  switch (compute.type) {
    case 'gauge':
    case 'peak':
    case 'any-bit':
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
      return real(compute.counters);
    case 'increase-ratio':
      return real([...compute.numerator, ...compute.denominator]);
    case 'quantile':
    case 'histogram-mean':
    case 'fraction-below':
      return [compute.histogram];
    case 'joint-fraction-below':
      return compute.parts.map((part) => part.histogram);
    case 'baseline':
    case 'target-up':
    case 'target-frozen':
    case 'shown':
    case 'missing-signals':
      return [];
  }
}
