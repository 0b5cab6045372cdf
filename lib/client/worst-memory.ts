import type { BatchView } from '#lib/api/runs.ts';

type Memory = BatchView['memory'][number];

/** The GPU on which a batch left most behind; where that is not known, the one with the highest peak; null of none. */
export function worstMemory({ memory }: Pick<BatchView, 'memory'>): Memory | null {
  const by = (key: 'deltaBytes' | 'peakBytes') => (best: Memory, one: Memory) =>
    (one[key] ?? Number.NEGATIVE_INFINITY) > (best[key] ?? Number.NEGATIVE_INFINITY) ? one : best;
  const [first] = memory;
  if (first === undefined) return null;
  const isKnown = memory.some(({ deltaBytes }) => deltaBytes !== null);
  return memory.reduce(by(isKnown ? 'deltaBytes' : 'peakBytes'), first);
}
