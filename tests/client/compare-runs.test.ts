import { describe, expect, test } from 'vitest';
import { criterionOf, runDifferences, worstGpu } from '#lib/client/compare-runs.ts';
import { parseRunFilter, parseRunIds, runFilterQuery } from '#lib/client/run-filter.ts';
import { DEGRADING, LEAKING, runView, STEADY } from '#tests/run-views.ts';

const [steady, leaking, degrading] = [STEADY, LEAKING, DEGRADING].map(runView);
if (steady === undefined || leaking === undefined || degrading === undefined) throw new Error('no runs');

describe('two runs in words', () => {
  test('a leak against a steady run', () => {
    expect(runDifferences(steady, leaking)).toEqual(
      expect.arrayContaining([
        { kind: 'worse', text: 'VRAM trend: fail (+143 MiB per batch) instead of pass (±0 MiB per batch)' },
        { kind: 'worse', text: 'Memory: leak instead of no leak' },
        { kind: 'same', text: 'Throughput: 0.2 req/s and 0.2 req/s, equal within 10 %' },
        { kind: 'worse', text: 'Memory left behind: +572 MiB instead of ±0 MiB' },
      ]),
    );
    expect(runDifferences(leaking, steady)).toContainEqual({ kind: 'better', text: 'Memory: no leak instead of leak' });
  });

  test('speeds that differ by 10 % and more are a difference, whichever way', () => {
    const slow = runView({ rates: [0.15, 0.15], levels: [] });
    const fast = runView({ rates: [0.2, 0.2], levels: [] });
    const text = (first: typeof slow, other: typeof slow) =>
      runDifferences(first, other).find((one) => one.text.startsWith('Throughput:'));
    expect(text(fast, slow)).toEqual({
      kind: 'worse',
      text: 'Throughput: 25% slower, 0.15 req/s instead of 0.2 req/s',
    });
    expect(text(slow, fast)).toEqual({
      kind: 'better',
      text: 'Throughput: 33.3% faster, 0.2 req/s instead of 0.15 req/s',
    });
  });

  test('what was not measured in one is unknown, never equal or better', () => {
    const blind = runView({ rates: [null, null], levels: [] });
    const kinds = runDifferences(steady, blind).filter(({ text }) => /Throughput|Memory/.test(text));
    expect(kinds.map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'unknown']);
  });

  test('of several GPUs the worst speaks for the run', () => {
    const two = runView({ rates: [0.2, 0.2, 0.2, 0.2], levels: [[10, 10, 10, 10, 10], LEAKING.levels[0] ?? []] });
    expect(worstGpu(two)?.gpu.id).toBe(101);
    expect(criterionOf(two, 'VRAM trend')).toMatchObject({ state: 'fail', gpuId: 101 });
    expect(worstGpu(runView({ rates: [0.2], levels: [] }))).toBeNull();
  });
});

describe('the URL of the lists', () => {
  test('a filter is read and written; what cannot be read narrows nothing', () => {
    const read = (text: string) => parseRunFilter(new URLSearchParams(text));
    expect(read('state=running&kind=burst&origin=batch-api&engine=7')).toEqual({
      state: 'running',
      kind: 'burst',
      origin: 'batch-api',
      engine: 7,
    });
    expect(read('state=gone&origin=&engine=-1')).toEqual({ state: null, kind: null, origin: null, engine: null });
    expect(runFilterQuery(read('kind=oom&origin=detected&engine=7')).toString()).toBe(
      'kind=oom&origin=detected&engine=7',
    );
  });

  test('ids to compare: whole numbers, each once, eight at most', () => {
    expect(parseRunIds('2,1,2,x,0,-3,1.5')).toEqual([2, 1]);
    expect(parseRunIds('')).toEqual([]);
    expect(parseRunIds('1,2,3,4,5,6,7,8,9')).toHaveLength(8);
  });
});
