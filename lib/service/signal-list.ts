import type { Signal } from '#lib/metrics/signal.ts';
import { findSignal, nearestSignalId } from '#lib/metrics/signals.ts';
import { AppError } from '#lib/service/errors.ts';

const MAX_SIGNALS = 100;

/** The signals of `a,b,c`; an unknown id is refused with its position and the nearest known name. */
export function parseSignalList(text: string): readonly Signal[] {
  const ids = [...new Set(text.split(',').map((id) => id.trim()))].filter((id) => id !== '');
  if (ids.length === 0)
    throw new AppError('invalid', 'signals is empty: expected ids such as kv_cache_utilization,queue_depth');
  if (ids.length > MAX_SIGNALS)
    throw new AppError('invalid', `${ids.length} signals asked for: the limit is ${MAX_SIGNALS}`);
  const errors: { path: string; message: string }[] = [];
  const signals: Signal[] = [];
  ids.forEach((id, index) => {
    const signal = findSignal(id);
    if (signal !== undefined) {
      signals.push(signal);
      return;
    }
    const near = nearestSignalId(id);
    errors.push({
      path: `signals[${index}]`,
      message: `"${id}" is not a signal${near === null ? '' : `: did you mean ${near}?`}`,
    });
  });
  if (errors.length > 0) throw new AppError('invalid', errors.map((error) => error.message).join('; '), errors);
  return signals;
}
