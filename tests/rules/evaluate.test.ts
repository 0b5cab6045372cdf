import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRuleExpression } from '#lib/rules/check.ts';
import { evaluate } from '#lib/rules/evaluate.ts';
import { judge } from '#tests/rules/judge.ts';

describe('three-valued logic', () => {
  const values = { queue_depth: 5, running_requests: null } as const;
  it.each([
    ['queue_depth > 3', true],
    ['queue_depth > 5', false],
    ['running_requests > 0', null],
    ['not (running_requests > 0)', null],
    ['queue_depth > 3 and running_requests > 0', null],
    ['queue_depth > 5 and running_requests > 0', false],
    ['running_requests > 0 and queue_depth > 5', false],
    ['queue_depth > 3 or running_requests > 0', true],
    ['queue_depth > 5 or running_requests > 0', null],
    ['queue_depth / (queue_depth - 5) > 1', null],
    ['queue_depth / 0 > 1', null],
    ['queue_depth = 5', true],
    ['queue_depth != 5', false],
    ['3 < queue_depth', true],
  ])('%s', (text, holds) => expect(judge(text, values).holds).toBe(holds));

  it('names what was unknown; a number that is not finite is unknown', () => {
    expect(judge('queue_depth > 5 or running_requests > 0', values).unknown).toEqual(['running_requests']);
    expect(judge('queue_depth > 5', { queue_depth: Number.NaN }).holds).toBe(null);
    expect(judge('queue_depth > 5', { queue_depth: Number.POSITIVE_INFINITY }).holds).toBe(null);
  });
});

describe('value and limit are those of the comparison that decided', () => {
  it.each([
    ['kv_cache_utilization > 95%', { kv_cache_utilization: 0.98 }, 0.98, 0.95, 'kv_cache_utilization'],
    ['95% < kv_cache_utilization', { kv_cache_utilization: 0.98 }, 0.98, 0.95, 'kv_cache_utilization'],
    [
      'requests_per_second < 74% of baseline and queue_depth > 0',
      { requests_per_second: 10, baseline_rps: 100, queue_depth: 5 },
      10,
      74,
      'requests_per_second',
    ],
    [
      'requests_per_second < 74% of baseline and queue_depth > 0',
      { requests_per_second: 10, baseline_rps: 100, queue_depth: 0 },
      0,
      0,
      'queue_depth',
    ],
    ['queue_depth > 5 or running_requests > 3', { queue_depth: 1, running_requests: 4 }, 4, 3, 'running_requests'],
    ['queue_depth > 5 or running_requests > 3', { queue_depth: 1, running_requests: 1 }, 1, 5, 'queue_depth'],
  ])('%s', (text, values, value, limit, signal) => {
    const found = judge(text, values);
    expect(found).toMatchObject({ value, signal });
    expect(found.limit).toBeCloseTo(limit, 9);
  });
});

describe('margin: the limit moves to the healthy side', () => {
  it.each([
    ['queue_depth > 100', { queue_depth: 96 }, true, 95],
    ['queue_depth > 100', { queue_depth: 95 }, false, 95],
    ['100 < queue_depth', { queue_depth: 96 }, true, 95],
    ['tokens_per_second < 100', { tokens_per_second: 104 }, true, 105],
    ['tokens_per_second < 100', { tokens_per_second: 105 }, false, 105],
    ['not (queue_depth <= 100)', { queue_depth: 96 }, true, 95],
    ['not not (queue_depth > 100)', { queue_depth: 96 }, true, 95],
    ['not (tokens_per_second >= 100)', { tokens_per_second: 104 }, true, 105],
    ['queue_depth > 0', { queue_depth: 0 }, false, 0],
    ['queue_depth = 100', { queue_depth: 99 }, false, 100],
    ['queue_depth != 100', { queue_depth: 100 }, false, 100],
    ['target_up = no', { target_up: 1 }, false, 0],
    ['requests_per_second < 50% of baseline', { requests_per_second: 52, baseline_rps: 100 }, true, 52.5],
    ['availability_24h < 99.9%', { availability_24h: 1 }, false, 0.999_05],
    ['batch_efficiency < 100%', { batch_efficiency: 1 }, false, 1],
    ['cache_hit_rate < 80%', { cache_hit_rate: 0.805 }, true, 0.81],
    ['kv_cache_utilization >= 90%', { kv_cache_utilization: 0.86 }, true, 0.855],
  ])('%s', (text, values, holds, limit) => {
    const found = judge(text, values, 0.05);
    expect(found.holds).toBe(holds);
    expect(found.limit).toBeCloseTo(limit, 9);
  });

  it('what holds without a margin holds with one: recovery is never easier than firing', () => {
    const signal = fc.constantFrom('queue_depth', 'tokens_per_second', 'kv_cache_utilization', 'cache_hit_rate');
    const operator = fc.constantFrom('<', '<=', '>', '>=', '=', '!=');
    fc.assert(
      fc.property(
        signal,
        operator,
        fc.integer({ min: 0, max: 100 }),
        fc.boolean(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (name, sign, percent, negated, value) => {
          const isShare = name.startsWith('kv') || name.startsWith('cache');
          const limit = isShare ? `${percent}%` : String(percent);
          const text = `${negated ? 'not ' : ''}(${name} ${sign} ${limit})`;
          const result = compileRuleExpression(text);
          if (!result.ok) throw new Error(text);
          const lookup = () => (isShare ? value : value * 100);
          if (evaluate(result.checked, lookup, 0).holds)
            expect(evaluate(result.checked, lookup, 0.05).holds).toBe(true);
        },
      ),
    );
  });
});

describe('a quantile in the lowest bucket tells nothing inside it', () => {
  const compiled = compileRuleExpression('prefill_latency_p99 > 100ms');
  const judgeCoarse = (value: number, bound: number | null) =>
    compiled.ok
      ? evaluate(
          compiled.checked,
          () => value,
          0,
          () => bound,
        )
      : null;

  it.each([
    [
      'vLLM before 0.1 s bounds: all prefills are "under 300 ms", which may be 2 ms: unknown, never a page',
      0.297,
      0.3,
      null,
    ],
    ['a lowest bound at the limit: it is below the limit', 0.099, 0.1, false],
    ['above the lowest bucket: decided by interpolation, as Prometheus does', 0.45, null, true],
  ])('%s', (_name, value, bound, holds) => {
    expect(judgeCoarse(value, bound)?.holds).toBe(holds);
    if (holds === null) expect(judgeCoarse(value, bound)?.unknown).toEqual(['prefill_latency_p99']);
  });

  it.each([
    ['prefill_latency_p99 > 100ms', 'an upper limit counts as kept when asked whether it is over', false],
    ['not prefill_latency_p99 > 100ms', 'but never so that something begins to hold', null],
    ['prefill_latency_p99 < 100ms', 'a lower limit stays unknown', null],
  ])('%s: %s', (text, _promise, holds) => {
    const result = compileRuleExpression(text);
    if (!result.ok) throw new Error(text);
    expect(
      evaluate(
        result.checked,
        () => 0.297,
        0.05,
        () => 0.3,
        'below',
      ).holds,
    ).toBe(holds);
  });
});
