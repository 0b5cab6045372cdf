import { describe, expect, it } from 'vitest';
import { compileRuleExpression } from '#lib/rules/check.ts';
import { printExpression } from '#lib/rules/print.ts';
import { readKey, readsOf } from '#lib/rules/reads.ts';
import type { RuleScope } from '#lib/rules/rule.ts';

const errorsOf = (text: string, scope: RuleScope | null = null) => {
  const result = compileRuleExpression(text, scope);
  if (result.ok) throw new Error(`accepted: ${text}`);
  return result.errors;
};

describe('units must fit', () => {
  it.each([
    ['ttft_p99 > 2000', 11, 'in seconds and the number has no unit', 'a unit, such as 2000ms or 2000s', null],
    ['kv_cache_utilization > 95', 23, 'a share from 0 to 1', '95%', '95%'],
    ['vram_used > 20', 12, 'in bytes', 'a unit, such as 20MiB or 20GiB', null],
    ['vram_used > 5s', 12, 'bytes cannot be compared with seconds', 'a value in bytes', null],
    ['ttft_p99 > vram_used', 11, 'seconds cannot be compared with bytes', 'a value in seconds', null],
    ['queue_depth > 5%', 14, 'requests cannot be compared with ratio', 'a value in requests', null],
    ['ttft_p99 + queue_depth > 5s', 0, 'mixes two kinds', 'two values in seconds', null],
    ['vram_used * vram_used > 5', 0, 'has no unit', 'units whose product', null],
    ['target_up > 0', 0, 'has no order', '= yes or = no', null],
    ['target_up = 5', 12, 'cannot be compared', '= yes or = no', null],
    ['gpu_xid > 0', 0, 'has no order', '= or !=', null],
    ['gpu_throttled + 1 > 0', 0, 'cannot be calculated', 'with a size', null],
    ['74 of baseline > requests_per_second', 0, '74% or 74x', '74% or 74x', '74%'],
    ['5s of baseline > requests_per_second', 0, 'is no share', 'a share', null],
    ['queue_depth', 0, 'no condition', 'a comparison', null],
    ['queue_depth + (queue_depth > 5) > 3', 14, 'a condition stands where a number', 'a signal or a number', null],
    ['queue_depth > 1 and 5 > 3', 20, 'both sides are constant', 'a signal', null],
    ['kv_cache_utilisation > 95%', 0, 'no signal is called "kv_cache_utilisation"', 'catalog', 'kv_cache_utilization'],
    ['memory_utilisation > 95%', 0, 'no signal', 'catalog', 'memory_utilization'],
    ['max(ttft_p99, 5m) > 1s', 0, 'has no meaning', 'avg(ttft_p99, 5m)', null],
    ['min(target_up, 5m) = no', 0, 'has no window', 'target_up alone', null],
  ])('%s', (text, position, message, expected, nearest) => {
    const error = errorsOf(text)[0]!;
    expect(error.message).toContain(message);
    expect(error.expected).toContain(expected);
    expect(error).toMatchObject({ position, nearest });
  });

  it.each([
    'kv_cache_utilization > 0.9',
    'cache_eviction_rate > 150%',
    'ttft_p99 > 0',
    'gpu_temperature > 85',
    'gpu_temperature > 85°C',
    'gpu_power > 98% of gpu_power_limit',
    'gpu_power / gpu_power_limit > 0.98',
    'gpu_power / gpu_power_limit > 98%',
    'queue_depth / requests_per_second > 30s',
    'vram_total - vram_used < 2GiB',
    'vram_used / vram_total > 3',
    'throughput_drop * 100 > 10',
    'avg(preemptions_per_second, 10m) * 600s > 0',
    'gpu_throttled and not gpu_target_up',
    'target_up != yes',
    'avg(gpu_throttled, 5m) > 50%',
    '1.5 * avg(tokens_per_second, 1h) < tokens_per_second',
    'gpu_xid = 79',
    'gpu_throttle_reasons != 0',
    'burst_multiplier >= 5',
    'burst_multiplier >= 5x',
    'gpu_sm_clock < 900MHz',
    '-gpu_temperature < -85',
  ])('%s is allowed', (text) => expect(compileRuleExpression(text)).toMatchObject({ ok: true }));

  it('every fault is told, not only the first', () => {
    expect(errorsOf('ttft_p99 > 5 and nothing > 3 and vram_used > 5s').length).toBeGreaterThanOrEqual(3);
  });
});

describe('GB is what the card prints', () => {
  it('20GB of a 24 GiB card is 83.3 %', () => {
    const result = compileRuleExpression('vram_peak > 20GB');
    if (!result.ok || result.checked.condition.kind !== 'comparison') throw new Error('no comparison');
    const limit = result.checked.condition.limit;
    if (limit.kind !== 'constant') throw new Error('no constant');
    expect(limit.value / (24 * 1024 ** 3)).toBeCloseTo(0.8333, 4);
  });
});

describe('scope', () => {
  const scopeOf = (text: string, scope: RuleScope | null = null) => {
    const result = compileRuleExpression(text, scope);
    return result.ok ? result.checked.scope : null;
  };
  it('follows from the signals', () => {
    expect(scopeOf('queue_depth > 5')).toBe('engine');
    expect(scopeOf('vram_used > 5GB')).toBe('gpu');
    expect(scopeOf('target_up = no')).toBe('engine');
  });
  it('is a target only when asked, with signals of the polls', () => {
    expect(scopeOf('target_up = no', 'target')).toBe('target');
    expect(scopeOf('target_frozen', 'target')).toBe('target');
    expect(errorsOf('queue_depth > 5', 'target')[0]?.message).toContain('the rule is about a target');
  });
  it('engines and GPUs do not mix', () => {
    const error = errorsOf('queue_depth > 5 and vram_used > 5GB')[0]!;
    expect(error).toMatchObject({ position: 20, length: 9 });
    expect(error.message).toBe('queue_depth is about an engine, vram_used about a GPU');
    expect(errorsOf('vram_used > 5GB', 'engine')[0]?.message).toBe(
      'vram_used is about a GPU, the rule about one engine',
    );
  });
});

describe('readings', () => {
  it('are listed once each, with the window of the signal or of the call', () => {
    const text = 'queue_depth > 5 and (queue_depth > avg(queue_depth, 5m) or requests_per_second < 74% of baseline)';
    const result = compileRuleExpression(text);
    if (!result.ok) throw new Error(text);
    expect(readsOf(result.checked).map(readKey)).toEqual([
      'default(queue_depth, 60000)',
      'avg(queue_depth, 300000)',
      'default(requests_per_second, 60000)',
      'default(baseline_rps, 60000)',
    ]);
  });
});

describe('values that are words', () => {
  it.each([
    ['vram_leak_verdict = leak', 4],
    ['leak = vram_leak_verdict', 4],
    ['vram_leak_verdict != load_driven', 2],
    ['not (rss_leak_verdict = Inconclusive)', 3],
  ])('%s compares with the place of the word', (text, code) => {
    const result = compileRuleExpression(text);
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    const { condition } = result.checked;
    const comparison = condition.kind === 'not' ? condition.operand : condition;
    if (comparison.kind !== 'comparison') throw new Error('no comparison');
    expect(comparison.limit).toEqual({ kind: 'constant', value: code });
    const printed = printExpression(result.checked.expression);
    expect(printed).toBe(text.toLowerCase());
    expect(compileRuleExpression(printed)).toMatchObject({ ok: true });
  });

  it.each([
    ['vram_leak_verdict = leek', 20, '"leek" is no leak verdict', 'with one of none plateau load_driven', 'leak'],
    ['vram_leak_verdict > leak', 0, 'has no order', 'with one of', null],
    ['vram_leak_verdict = 4', 20, 'cannot be compared', 'with one of', null],
    ['vram_leak_verdict = yes', 20, 'cannot be compared', 'with one of', null],
    ['vram_leak_verdict', 0, 'a value alone is no condition', 'a comparison', null],
    ['avg(vram_leak_verdict, 5m) = leak', 0, 'has no window', 'vram_leak_verdict alone', null],
    ['queue_depth = leak', 14, 'no signal is called "leak"', 'a signal', null],
  ])('%s', (text, position, message, expected, nearest) => {
    const error = errorsOf(text)[0]!;
    expect(error).toMatchObject({ position, nearest });
    expect(error.message).toContain(message);
    expect(error.expected).toContain(expected);
  });

  it('growth is written as memory per time', () => {
    expect(compileRuleExpression('vram_growth_rate > 47.5MiB / 1h')).toMatchObject({ ok: true });
  });
});
