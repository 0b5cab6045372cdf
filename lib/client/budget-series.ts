import type { Series, SeriesAnswer } from '#lib/api/series.ts';
import type { SlaEngine } from '#lib/api/sla.ts';

/** The signals that a budget is counted from. */
export const BUDGET_SIGNALS = ['slo_slow_requests', 'slo_requests'] as const;

/**
 * What was left of each engine's error budget over its window: slow requests so far against what all requests of the window
 * allow. A bucket that is unknown is a gap and spends nothing. Engines without a promise have no line.
 */
export function budgetSeries(answer: SeriesAnswer, engines: readonly SlaEngine[]): SeriesAnswer {
  const of = (signal: string, subject: number | null) =>
    answer.series.find((series) => series.signal === signal && series.subject === subject);
  const series = engines.flatMap(({ id, promise }): Series[] => {
    const [slow, requests] = BUDGET_SIGNALS.map((signal) => of(signal, id));
    if (slow === undefined || requests === undefined || promise.promisedBy === 'nobody') return [];
    const fromMs = answer.to - promise.windowMs;
    const within = (index: number): boolean => (slow.t[index] ?? 0) + answer.stepMs > fromMs;
    const total = requests.mean.reduce<number>((sum, value, i) => sum + (within(i) ? (value ?? 0) : 0), 0);
    if (total === 0) return [];
    let spent = 0;
    const left = slow.mean.map((value, i) => {
      if (value === null || !within(i)) return null;
      spent += value;
      return 1 - spent / (total * (1 - promise.objective));
    });
    return [{ ...slow, signal: 'slo_budget_left', unit: 'ratio', mean: left, min: left, max: left }];
  });
  return fromFirstKnown({ ...answer, series });
}

/** The weeks before the first request are left out: what happened since would be a dot at the edge. */
function fromFirstKnown(answer: SeriesAnswer): SeriesAnswer {
  const firsts = answer.series.map(({ mean }) => mean.findIndex((value) => value !== null)).filter((i) => i > 0);
  if (firsts.length < answer.series.length || firsts.length === 0) return answer;
  const first = Math.min(...firsts);
  const cut = <T>(values: readonly T[]): T[] => values.slice(first);
  const series = answer.series.map((line) => ({
    ...line,
    ...{ t: cut(line.t), mean: cut(line.mean), min: cut(line.min), max: cut(line.max) },
  }));
  return { ...answer, from: series[0]?.t[0] ?? answer.from, series };
}
