import { describe, expect, it } from 'vitest';
import type { Subject } from '#lib/api/subjects.ts';
import { limitVerdicts } from '#lib/client/limit-words.ts';
import { type EngineLoad, limitOf } from '#lib/detect/what-limits.ts';

const calm: EngineLoad = {
  id: 1,
  kvRatio: 0.4,
  preemptionsPerS: 0,
  waiting: 0,
  running: 30,
  batchRatio: 0.5,
  tokensPerStep: 32,
};

describe('what limits an engine', () => {
  it.each([
    ['nobody waits', {}, 'nothing'],
    ['a full cache that nobody waits for', { kvRatio: 0.95 }, 'nothing'],
    ['a full cache and a queue', { kvRatio: 0.95, waiting: 9 }, 'decode'],
    ['preempting', { kvRatio: 0.89, preemptionsPerS: 2 }, 'decode'],
    ['a queue because as many run as may', { waiting: 9, batchRatio: 1 }, 'batch'],
    ['a queue with room, steps full of prompts', { waiting: 9, tokensPerStep: 2048 }, 'prefill'],
    ['a queue with room, steps that decode', { waiting: 9 }, 'scheduler'],
    ['an older version without sizes of steps', { waiting: 9, tokensPerStep: null }, 'scheduler'],
    ['queue not known', { waiting: null }, 'unknown'],
    ['KV use not known', { kvRatio: null }, 'unknown'],
    ['KV use not known, but as many run as may', { kvRatio: null, waiting: 9, batchRatio: 1 }, 'batch'],
  ] as const)('%s', (_why, load, limit) => expect(limitOf({ ...calm, ...load })).toBe(limit));
});

describe('in words', () => {
  const engine = (id: number, state: Subject['health']['state'] = 'ok') =>
    ({ id, kind: 'engine', name: `e${id}`, health: { state, reason: '', lastSampleMs: null } }) as Subject;
  const names = new Map(Array.from({ length: 8 }, (_, i) => [i + 1, `e${i + 1}`]));
  const words = (loads: Readonly<Record<number, Partial<EngineLoad>>>, down: readonly number[] = []) => {
    const of = (id: number): EngineLoad => ({ ...calm, ...loads[id], id });
    const value = (id: number, signal: string): number | null => {
      const load = of(id);
      const values: Record<string, number | null> = {
        kv_cache_utilization: load.kvRatio,
        preemptions_per_second: load.preemptionsPerS,
        queue_depth: load.waiting,
        running_requests: load.running,
        batch_efficiency: load.batchRatio,
        iteration_tokens_mean: load.tokensPerStep,
      };
      return values[signal] ?? null;
    };
    const engines = Array.from({ length: 8 }, (_, i) => engine(i + 1, down.includes(i + 1) ? 'down' : 'ok'));
    return limitVerdicts(engines, { get: () => undefined, value }, names).map(({ text, href }) => [text, href]);
  };

  it('names the bottleneck with its numbers and leads to the engines that have it', () => {
    const full = { kvRatio: 0.97, preemptionsPerS: 1.5, waiting: 20 };
    expect(words({ 2: full, 5: full })).toEqual([
      ['Decode-bound: KV 97%, preempting 3/s on 2 of 8 engines', '/kv-cache?on=2,5'],
    ]);
    expect(words({ 3: { waiting: 1, tokensPerStep: 900 } })).toEqual([
      ['Prefill-bound: 1 waits with KV 40%; steps are mostly prompts on e3 (1 of 8 engines)', '/throughput?on=3'],
    ]);
  });

  it('that nothing limits is said with how many are known', () => {
    expect(words({ 4: { kvRatio: 0.5 } }).map(([text]) => text)).toEqual([
      'Nothing limits: nobody waits, KV 50% at most on 8 of 8 engines',
    ]);
    expect(words({}, [7]).map(([text]) => text)).toEqual([
      'Unknown what limits: no KV use or queue is known on e7 (1 of 8 engines)',
      'Nothing limits: nobody waits, KV 40% at most on 7 of 8 engines',
    ]);
  });
});
