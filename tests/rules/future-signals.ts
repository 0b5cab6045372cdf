import type { Signal } from '#lib/metrics/signal.ts';
import { findSignal, SIGNALS } from '#lib/metrics/signals.ts';

const model = SIGNALS.find((signal) => signal.id === 'target_up');
const gpuModel = SIGNALS.find((signal) => signal.id === 'gpu_target_up');

/** Signals that packs name and the catalog gets with the evaluation; a signal of the catalog comes first. */
export function findRuleSignal(id: string): Signal | undefined {
  const known = findSignal(id);
  if (known !== undefined || model === undefined || gpuModel === undefined) return known;
  if (id === 'oom_errors' || id === 'missing_signals') return { ...model, id, unit: 'count' };
  if (id === 'engine_present') return { ...model, id };
  return id === 'gpu_present' ? { ...gpuModel, id } : undefined;
}
