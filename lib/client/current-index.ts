import type { CurrentAnswer, CurrentValue } from '#lib/api/series.ts';

/** `/current` by subject and signal. */
export type CurrentIndex = {
  readonly get: (subject: number, signal: string) => CurrentValue | undefined;
  readonly value: (subject: number, signal: string) => number | null;
};

export function indexCurrent(answer: CurrentAnswer | undefined): CurrentIndex {
  const byKey = new Map<string, CurrentValue>();
  for (const item of answer?.items ?? []) byKey.set(`${item.subject} ${item.signal}`, item);
  const get = (subject: number, signal: string) => byKey.get(`${subject} ${signal}`);
  return { get, value: (subject, signal) => get(subject, signal)?.value ?? null };
}
