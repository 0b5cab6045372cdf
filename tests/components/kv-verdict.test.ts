import { describe, expect, test } from 'vitest';
import { engineLevel, extremeOf, kvVerdict } from '#components/kv-cache/kv-verdict.ts';
import type { Subject } from '#lib/api/subjects.ts';
import { indexCurrent } from '#lib/client/current-index.ts';

const engine = (id: number, state: Subject['health']['state'] = 'ok') =>
  ({ id, health: { state, reason: '', lastSampleMs: null } }) as Subject;

/** Values by engine: utilisation, hit rate, preempted share. */
function current(values: Record<number, readonly [number | null, number | null, number | null]>) {
  const signals = ['kv_cache_utilization', 'cache_hit_rate', 'cache_eviction_rate'];
  const items = Object.entries(values).flatMap(([subject, row]) =>
    signals.map((signal, index) => ({
      signal,
      unit: 'ratio' as const,
      subject: Number(subject),
      name: '',
      value: row[index] ?? null,
      min: null,
      max: null,
      atMs: 0,
      windowMs: 60_000,
      reason: '',
    })),
  );
  return indexCurrent({ atMs: 0, nextCursor: null, items });
}

describe('the status of several caches', () => {
  test('one engine that thrashes is not hidden by five that do well', () => {
    const now = current({ 1: [0.5, 0.9, 0.51], 2: [0.2, 0.9, 0], 3: [0.2, 0.9, 0] });
    expect(kvVerdict([engine(1), engine(2), engine(3)], now)).toEqual({
      level: 'danger',
      causes: ['evictions'],
      id: 1,
      unknown: 0,
    });
  });

  test('an engine that does not answer is not judged by its last value', () => {
    const now = current({ 1: [0.99, 0.9, 0], 2: [0.2, 0.9, 0] });
    expect(kvVerdict([engine(1, 'down'), engine(2)], now).level).toBe('safe');
    expect(kvVerdict([engine(1, 'down')], now).level).toBe('unknown');
  });

  test('a status of a few engines says of how many nothing is known', () => {
    const now = current({ 1: [0.2, 0.9, 0], 2: [0.99, 0.9, 0], 3: [null, 0.9, 0] });
    expect(kvVerdict([engine(1), engine(2, 'frozen'), engine(3)], now)).toMatchObject({ level: 'safe', unknown: 2 });
  });

  test('without a utilisation nothing is called healthy', () => {
    expect(engineLevel((signal) => current({ 1: [null, 0.95, 0] }).value(1, signal))).toBe('unknown');
  });

  test('the extreme is of an engine that answers; unknown is not the lowest', () => {
    const now = current({ 1: [0.9, 0.5, 0], 2: [0.2, 0.8, 0], 3: [0.1, null, 0] });
    const engines = [engine(1, 'stale'), engine(2), engine(3)];
    expect(extremeOf(engines, now, 'kv_cache_utilization', 'highest')).toEqual({ id: 2, value: 0.2 });
    expect(extremeOf(engines, now, 'cache_hit_rate', 'lowest')).toEqual({ id: 2, value: 0.8 });
  });
});
