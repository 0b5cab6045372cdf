import type { CurrentAnswer, CurrentValue } from '#lib/api/series.ts';

/** `/current` by subject and signal. */
export type CurrentIndex = {
  readonly get: (subject: number, signal: string) => CurrentValue | undefined;
  readonly value: (subject: number, signal: string) => number | null;
};

/** One index an answer, however many parts of a page read it. */
const indexes = new WeakMap<CurrentAnswer, CurrentIndex>();
const EMPTY: CurrentIndex = { get: () => undefined, value: () => null };

export function indexCurrent(answer: CurrentAnswer | undefined): CurrentIndex {
  if (answer === undefined) return EMPTY;
  const index = indexes.get(answer) ?? buildIndex(answer);
  indexes.set(answer, index);
  return index;
}

function buildIndex(answer: CurrentAnswer): CurrentIndex {
  const bySubject = new Map<number, Map<string, CurrentValue>>();
  for (const item of answer.items) {
    const own = bySubject.get(item.subject) ?? new Map<string, CurrentValue>();
    bySubject.set(item.subject, own.set(item.signal, item));
  }
  const get = (subject: number, signal: string) => bySubject.get(subject)?.get(signal);
  return { get, value: (subject, signal) => get(subject, signal)?.value ?? null };
}
