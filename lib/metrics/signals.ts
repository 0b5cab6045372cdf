import type { Signal } from '#lib/metrics/signal.ts';
import { ENGINE_SIGNALS } from '#lib/metrics/signals-engine.ts';
import { GPU_SIGNALS } from '#lib/metrics/signals-gpu.ts';

/** The signal catalog: panels, rules, the API and the docs page read nothing else. */
export const SIGNALS: readonly Signal[] = [...ENGINE_SIGNALS, ...GPU_SIGNALS];

const BY_ID: ReadonlyMap<string, Signal> = new Map(SIGNALS.map((signal) => [signal.id, signal]));

/** The signal with this id, or undefined. */
export function findSignal(id: string): Signal | undefined {
  return BY_ID.get(id);
}

/** The catalog id nearest to a misspelt one, for error messages; null when nothing is close. */
export function nearestSignalId(id: string): string | null {
  const begun = SIGNALS.find((signal) => id.length >= 4 && signal.id.startsWith(id));
  if (begun !== undefined) return begun.id;
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(id.length / 3)) + 1;
  for (const known of BY_ID.keys()) {
    const distance = editDistance(id, known);
    if (distance < bestDistance) [best, bestDistance] = [known, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substitute));
    }
    previous = current;
  }
  return previous[b.length] ?? Number.POSITIVE_INFINITY;
}
