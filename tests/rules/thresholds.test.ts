import { expect, it } from 'vitest';
import { compileRuleExpression } from '#lib/rules/check.ts';
import { thresholdsOf } from '#lib/rules/thresholds.ts';

it.each([
  ['kv_cache_utilization > 95%', [{ signal: 'kv_cache_utilization', op: '>', value: 0.95 }]],
  ['100ms < ttft_p99', [{ signal: 'ttft_p99', op: '>', value: 0.1 }]],
  ['not (queue_depth <= 5)', [{ signal: 'queue_depth', op: '>', value: 5 }]],
  ['requests_per_second < 74% of baseline and queue_depth > 0', [{ signal: 'queue_depth', op: '>', value: 0 }]],
  ['target_up = no', []],
  ['queue_depth * 2 > 5', []],
])('a chart draws the constant limits of %s', (text, expected) => {
  const result = compileRuleExpression(text);
  if (!result.ok) throw new Error(text);
  expect(thresholdsOf(result.checked)).toEqual(expected);
});
