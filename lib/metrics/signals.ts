import { nearestWord } from '#lib/metrics/nearest-word.ts';
import type { Signal } from '#lib/metrics/signal.ts';
import { CACHE_SIGNALS } from '#lib/metrics/signals-cache.ts';
import { GPU_SIGNALS } from '#lib/metrics/signals-gpu.ts';
import { LATENCY_SIGNALS } from '#lib/metrics/signals-latency.ts';
import { LOAD_SIGNALS } from '#lib/metrics/signals-load.ts';
import { RUN_SIGNALS } from '#lib/metrics/signals-run.ts';
import { SERVER_SIGNALS } from '#lib/metrics/signals-server.ts';
import { SLO_SIGNALS } from '#lib/metrics/signals-slo.ts';
import { TARGET_SIGNALS } from '#lib/metrics/signals-target.ts';

/**
 * The signal catalog: panels, rules, the API and the docs page read nothing else. First what an engine shows, in the order of a
 * request's path: load, scheduling, prefill, decode, cache, results.
 */
export const SIGNALS: readonly Signal[] = [
  ...LOAD_SIGNALS,
  ...LATENCY_SIGNALS,
  ...CACHE_SIGNALS,
  ...SERVER_SIGNALS,
  ...TARGET_SIGNALS,
  ...SLO_SIGNALS,
  ...RUN_SIGNALS,
  ...GPU_SIGNALS,
];

const BY_ID: ReadonlyMap<string, Signal> = new Map(SIGNALS.map((signal) => [signal.id, signal]));

/** The signal with this id, or undefined. */
export function findSignal(id: string): Signal | undefined {
  return BY_ID.get(id);
}

/** The catalog id nearest to a misspelt one, for error messages; null when nothing is close. */
export function nearestSignalId(id: string): string | null {
  const begun = SIGNALS.find((signal) => id.length >= 4 && signal.id.startsWith(id));
  if (begun !== undefined) return begun.id;
  return nearestWord(id, BY_ID.keys(), Math.max(2, Math.floor(id.length / 3)));
}
