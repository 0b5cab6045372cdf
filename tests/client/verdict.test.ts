import { describe, expect, test } from 'vitest';
import type { Subject } from '#lib/api/subjects.ts';
import { evictionWord, levelOf, throughputLevel, throughputWord, worstLevel } from '#lib/client/band-level.ts';
import { indexCurrent } from '#lib/client/current-index.ts';
import { fleetVerdicts } from '#lib/client/fleet-verdict.ts';
import { shortNames } from '#lib/client/subject-name.ts';
import { expectedThroughput } from '#lib/metrics/kv-expectation.ts';

const engine = (id: number, name: string, state: Subject['health']['state'] = 'ok', reason = ''): Subject => ({
  id,
  kind: 'engine',
  name: `${name} · Qwen`,
  target: { id, name },
  labels: {},
  attributes: {},
  links: [],
  health: { state, reason, lastSampleMs: null },
  latest: {},
  baselineRps: null,
});
const kv = (values: Record<number, number | null>) =>
  indexCurrent({
    atMs: 0,
    nextCursor: null,
    items: Object.entries(values).map(([id, value]) => ({
      signal: 'kv_cache_utilization',
      unit: 'ratio',
      subject: Number(id),
      name: '',
      value,
      min: value,
      max: value,
      atMs: 0,
      windowMs: 60_000,
      reason: '',
    })),
  });
const texts = (...args: Parameters<typeof fleetVerdicts>) => fleetVerdicts(...args).map(({ text }) => text);

describe('the fleet in words', () => {
  test('who answers, the fullest, and who does not with the reason', () => {
    const engines = [engine(1, 'a'), engine(2, 'b', 'down', 'no data for 3 min: connection refused')];
    expect(texts(engines, [], kv({ 1: 0.78 }), [])).toEqual([
      '1 of 2 engines answer',
      'KV cache highest 78% on a',
      'b: no data for 3 min: connection refused',
    ]);
  });

  test('a sentence leads to what it is about', () => {
    const engines = [engine(1, 'a'), engine(2, 'b', 'down', 'refused')];
    expect(fleetVerdicts(engines, [], kv({ 1: 0.78 }), []).map(({ href }) => href)).toEqual([
      null,
      '/engines/1',
      '/engines/2',
    ]);
  });

  test('the last value of a silent engine is never the highest', () => {
    const engines = [engine(1, 'a'), engine(2, 'b', 'frozen', 'values do not move')];
    expect(texts(engines, [], kv({ 1: 0.2, 2: 0.99 }), [])).toContain('KV cache highest 20% on a');
  });

  test('an engine without a value is not 0', () => {
    expect(texts([engine(1, 'a')], [], kv({ 1: null }), [])).toEqual(['The engine answers']);
  });

  test('many silent ones are summed up', () => {
    const engines = Array.from({ length: 6 }, (_, index) => engine(index + 1, `e${index}`, 'down', 'refused'));
    expect(texts(engines, [], kv({}), []).at(-1)).toBe('3 more without present data');
  });

  const of = (target: string, ...names: string[]) =>
    names.map((name, id) => ({ id, name, target: { id: 1, name: target } }));

  test.each([
    ['one engine', of('a', 'a · org/Model-7B'), ['a']],
    ['same model', of('a', 'a · org/Model-7B', 'a · org/Model-7B · engine 1'), ['a · engine 0', 'a · engine 1']],
    ['two models', of('a', 'a · org/Model-7B', 'a · org/Other-1B'), ['a · Model-7B', 'a · Other-1B']],
    ['same end', of('a', 'a · x/Model', 'a · y/Model'), ['a · x/Model', 'a · y/Model']],
    ['GPUs', of('x', 'gpu-01 · GPU 0', 'gpu-01 · GPU 1'), ['gpu-01 · GPU 0', 'gpu-01 · GPU 1']],
  ])('short names start with what differs: %s', (_case, subjects, expected) => {
    expect([...shortNames(subjects).values()]).toEqual(expected);
  });
});

describe('words of report 002', () => {
  test.each([
    [null, 'unknown'],
    [0, 'NONE'],
    [0.08, 'LOW'],
    [0.3, 'LOW'],
    [0.31, 'THRASHING'],
    [0.51, 'SEVERE'],
  ])('evictions of %s are %s', (share, word) => {
    expect(evictionWord(share)).toBe(word);
  });

  test.each([
    ['kv_cache_utilization', 0.599, 'safe'],
    ['kv_cache_utilization', 0.6, 'warning'],
    ['kv_cache_utilization', 0.8, 'danger'],
    ['kv_cache_utilization', null, 'unknown'],
    ['cache_hit_rate', 0.9, 'safe'],
    ['burst_multiplier', 1, 'safe'],
    ['burst_multiplier', null, 'unknown'],
    ['running_requests', 10, 'unknown'],
  ] as const)('%s at %s is %s', (signal, value, level) => {
    expect(levelOf(signal, value)).toBe(level);
  });

  test('unknown never counts as healthy, and never hides danger', () => {
    expect(worstLevel(['unknown'])).toBe('unknown');
    expect(worstLevel(['unknown', 'danger', 'safe'])).toBe('danger');
  });

  test('without a baseline throughput is not called normal', () => {
    expect(throughputWord(null, 0)).toBe('no baseline yet');
  });

  test('less throughput with nothing waiting is less load, not a fault', () => {
    expect([throughputLevel(0.4, 0), throughputLevel(0.4, 3), throughputLevel(null, 0)]).toEqual([
      'safe',
      'danger',
      'unknown',
    ]);
  });

  test.each([
    [0, '100 %'],
    [0.6, '95 %'],
    [0.7, '85 %'],
    [0.8, '50–60 %'],
    [0.95, 'severe, thrashing'],
    [1, 'severe, thrashing'],
  ])('at %s of the cache %s of the throughput is expected', (utilization, label) => {
    expect(expectedThroughput(utilization)?.label).toBe(label);
  });
});
