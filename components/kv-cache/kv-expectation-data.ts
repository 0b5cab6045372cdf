import type { XyCurve, XyPoints } from '#components/chart/xy-chart.tsx';
import type { SeriesAnswer } from '#lib/api/series.ts';
import { KV_EXPECTATION } from '#lib/metrics/kv-expectation.ts';

/** One cloud per engine: KV utilisation against throughput as a share of full throughput. */
export type ExpectationClouds = {
  readonly points: readonly XyPoints[];
  /** What 100 % is: the engine's baseline, or the highest rate of the window where none is known. */
  readonly fullIs: 'baseline' | 'highest' | 'mixed';
};

export function expectationClouds(answer: SeriesAnswer, names: ReadonlyMap<number, string>): ExpectationClouds {
  const of = (signal: string, subject: number | null) =>
    answer.series.find((series) => series.signal === signal && series.subject === subject);
  const used = new Set<'baseline' | 'highest'>();
  const points = answer.series
    .filter(({ signal }) => signal === 'kv_cache_utilization')
    .flatMap(({ subject, mean: kv }): XyPoints[] => {
      const rates = of('requests_per_second', subject)?.mean ?? [];
      const baseline = (of('baseline_rps', subject)?.mean ?? []).findLast((value) => value !== null) ?? null;
      const highest = Math.max(0, ...rates.filter((value): value is number => value !== null));
      const full = baseline ?? highest;
      if (full <= 0) return [];
      used.add(baseline === null ? 'highest' : 'baseline');
      const pairs = kv.flatMap((x, index): [number, number][] => {
        const rate = rates[index];
        return x === null || rate === null || rate === undefined ? [] : [[x, rate / full]];
      });
      return [
        { id: String(subject), label: subject === null ? 'Fleet' : (names.get(subject) ?? `#${subject}`), pairs },
      ];
    });
  const [only] = used;
  return { points, fullIs: used.size === 1 && only !== undefined ? only : 'mixed' };
}

/** One cloud per engine: KV utilisation against the share of prefix lookups that hit, in the same buckets. */
export function hitClouds(answer: SeriesAnswer, names: ReadonlyMap<number, string>): readonly XyPoints[] {
  return answer.series
    .filter(({ signal }) => signal === 'kv_cache_utilization')
    .map(({ subject, mean: kv }) => {
      const hits = answer.series.find((series) => series.signal === 'cache_hit_rate' && series.subject === subject);
      const pairs = kv.flatMap((x, index): [number, number][] => {
        const hit = hits?.mean[index];
        return x === null || hit === null || hit === undefined ? [] : [[x, hit]];
      });
      const label = subject === null ? 'Fleet' : (names.get(subject) ?? `#${subject}`);
      return { id: String(subject), label, pairs };
    });
}

/** 002 "Safe Operating Range": hits above 85 % are safe, below 75 % danger, whatever the utilisation. */
export const HIT_CURVE: XyCurve = [{ from: 0, to: 1, low: 0.75, high: 0.85, label: 'warning' }];

/** The report's steps; above 90 % it gives no number, so the curve ends there. */
export const EXPECTATION_CURVE: XyCurve = KV_EXPECTATION.map(({ from, to, low, high, label }) => ({
  from,
  to,
  low,
  high,
  label,
}));
