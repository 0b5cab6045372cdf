import type { KvSignal } from '#components/kv-cache/kv-values.ts';
import type { Subject } from '#lib/api/subjects.ts';
import { type Level, levelOf, throughputLevel, worstLevel } from '#lib/client/band-level.ts';
import type { CurrentIndex } from '#lib/client/current-index.ts';

export type KvFactor = { readonly name: string; readonly level: Level };

/** The present values of one engine. */
type Numbers = (signal: KvSignal) => number | null;

/** What the status of one engine's cache follows from. */
function kvFactors(value: Numbers): readonly KvFactor[] {
  const level = (signal: KvSignal) => levelOf(signal, value(signal));
  return [
    { name: 'utilisation', level: level('kv_cache_utilization') },
    { name: 'hit rate', level: level('cache_hit_rate') },
    { name: 'evictions', level: level('cache_eviction_rate') },
    {
      name: 'throughput',
      level: throughputLevel(value('throughput_drop'), value('queue_depth')),
    },
  ];
}

/** Unknown while the utilisation is: without it nothing can be called healthy, whatever the rest says. */
export function engineLevel(value: Numbers): Level {
  if (value('kv_cache_utilization') === null) return 'unknown';
  return worstLevel(kvFactors(value).map(({ level }) => level));
}

export type KvVerdict = {
  readonly level: Level;
  readonly causes: readonly string[];
  readonly id: number | null;
  /** Engines that are silent or do not say their utilisation: nothing is said of them. */
  readonly unknown: number;
};

/** The worst engine's status and its causes: a sum over engines would hide the one that suffers. */
export function kvVerdict(engines: readonly Subject[], current: CurrentIndex): KvVerdict {
  const numbersOf =
    (id: number): Numbers =>
    (signal) =>
      current.value(id, signal);
  const judged = engines
    .filter(({ health }) => health.state === 'ok')
    .map(({ id }) => ({ id, level: engineLevel(numbersOf(id)) }));
  const level = worstLevel(judged.map((engine) => engine.level));
  const worst = judged.filter((engine) => engine.level === level);
  const unknown = engines.length - judged.filter((engine) => engine.level !== 'unknown').length;
  if (level === 'unknown' || level === 'safe') return { level, causes: [], id: null, unknown };
  const factors = worst.map(({ id }) => ({
    id,
    causes: kvFactors(numbersOf(id)).flatMap((factor) => (factor.level === level ? [factor.name] : [])),
  }));
  const most = factors.toSorted((a, b) => b.causes.length - a.causes.length)[0];
  return { level, causes: most?.causes ?? [], id: most?.id ?? null, unknown };
}

/** The engine where a signal is highest or lowest; null when it is known nowhere. */
export function extremeOf(
  engines: readonly Subject[],
  current: CurrentIndex,
  signal: KvSignal,
  side: 'highest' | 'lowest',
): { readonly id: number; readonly value: number } | null {
  const sign = side === 'highest' ? 1 : -1;
  let top: { id: number; value: number } | null = null;
  for (const { id, health } of engines) {
    const value = health.state === 'ok' ? current.value(id, signal) : null;
    if (value !== null && (top === null || sign * value > sign * top.value)) top = { id, value };
  }
  return top;
}
