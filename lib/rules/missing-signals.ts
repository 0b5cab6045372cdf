import { fieldsOf } from '#lib/metrics/signal-fields.ts';
import { findSignal } from '#lib/metrics/signals.ts';

/** The signals among `wanted` that cannot be computed because the page exposes none of a needed field. */
export function missingSignals(wanted: Iterable<string>, missingFields: ReadonlySet<string>): readonly string[] {
  if (missingFields.size === 0) return [];
  return [...wanted].filter((id) => {
    const signal = findSignal(id);
    if (signal === undefined) return false;
    const fields = fieldsOf(signal.compute);
    const absent = fields.filter((field) => missingFields.has(field));
    const isSum = 'counters' in signal.compute;
    return absent.length > 0 && (!isSum || absent.length === fields.length);
  });
}
