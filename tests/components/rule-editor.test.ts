import { describe, expect, test } from 'vitest';
import {
  EMPTY_RULE,
  readRuleForm,
  ruleChangeOf,
  ruleFormOf,
  ruleProblemErrors,
} from '#components/rule/rule-form-state.ts';
import { RuleInput, type RuleView } from '#lib/api/rules.ts';
import { ruleLimits } from '#lib/client/rule-limits.ts';
import { markText, replaceSpan } from '#lib/client/text-marks.ts';

function rule(change: Partial<RuleView> = {}): RuleView {
  return {
    id: 'KvHigh',
    title: 'KV cache high',
    scope: 'engine',
    expr: 'kv_cache_utilization > 80%',
    literal: null,
    forMs: 60_000,
    keepFiringMs: 120_000,
    hysteresis: 0.05,
    absence: 'keep',
    severity: 'warning',
    action: '',
    cause: 'load',
    check: '',
    remedy: '',
    source: '',
    vram: 'printed',
    origin: 'pack',
    pack: 'reports',
    enabled: true,
    changed: false,
    changedBy: null,
    changedAtMs: 0,
    version: 1,
    signals: ['kv_cache_utilization'],
    thresholds: [{ signal: 'kv_cache_utilization', op: '>', value: 0.8, profile: 'relative' }],
    error: null,
    now: { firing: 0, pending: 0, unknown: 0, subjects: 1 },
    ...change,
  };
}

describe('rule form', () => {
  test('a rule that was read and not touched changes nothing', () => {
    const result = readRuleForm(ruleFormOf(rule({ literal: 'kv_cache_utilization > 0.8', hysteresis: 0.033 })));
    expect(
      result.ok && ruleChangeOf(rule({ literal: 'kv_cache_utilization > 0.8', hysteresis: 0.033 }), result.body),
    ).toEqual({});
  });

  test('only what was touched is sent, so that the pack stays in charge of the rest', () => {
    const result = readRuleForm({ ...ruleFormOf(rule()), expr: 'kv_cache_utilization > 85%', forText: '5m' });
    expect(result.ok && ruleChangeOf(rule(), result.body)).toEqual({
      expr: 'kv_cache_utilization > 85%',
      for: 300_000,
    });
  });

  test.each([
    [{ id: '1x' }, 'id'],
    [{ expr: ' ' }, 'expr'],
    [{ forText: 'soon' }, 'for'],
    [{ keepText: '' }, 'keep_firing_for'],
    [{ hysteresis: '60' }, 'hysteresis'],
    [{ hysteresis: '' }, 'hysteresis'],
  ])('%j is refused at its field', (patch, field) => {
    const result = readRuleForm({ ...EMPTY_RULE, id: 'A', expr: 'queue_depth > 1', ...patch });
    expect(result.ok ? [] : Object.keys(result.errors)).toEqual([field]);
  });

  test('what it reads the API takes', () => {
    const result = readRuleForm({ ...EMPTY_RULE, id: 'A', expr: 'queue_depth > 1', hysteresis: '2,5' });
    expect(result.ok && RuleInput.parse(result.body)).toMatchObject({ hysteresis: 0.025, for: 60_000 });
  });

  test('errors of the server stand at their fields', () => {
    const errors = [{ path: 'expr', message: 'no such signal' }];
    expect(ruleProblemErrors({ type: '', title: 'x', status: 400, detail: '', errors })).toEqual({
      expr: 'no such signal',
    });
  });
});

describe('errors in the text', () => {
  test('are marked where they stand', () => {
    expect(markText('kv_cash > 1', [{ position: 0, length: 7 }])).toEqual([
      { text: 'kv_cash', marked: true },
      { text: ' > 1', marked: false },
    ]);
  });

  test('an end that is missing is marked behind the text', () => {
    expect(markText('a >', [{ position: 3, length: 0 }])).toEqual([
      { text: 'a >', marked: false },
      { text: ' ', marked: true },
    ]);
  });

  test('positions outside of the text break nothing', () => {
    expect(markText('a', [{ position: 90, length: 5 }]).map(({ text }) => text)).toEqual(['a', ' ']);
    expect(markText('', [])).toEqual([]);
  });

  test('the nearest name replaces the wrong one', () => {
    expect(replaceSpan('kv_cash > 1', { position: 0, length: 7 }, 'kv_cache_utilization')).toBe(
      'kv_cache_utilization > 1',
    );
  });
});

describe('limits of live rules on panels', () => {
  const critical = rule({
    id: 'KvFull',
    title: 'KV cache nearly full',
    severity: 'critical',
    thresholds: [
      { signal: 'kv_cache_utilization', op: '>=', value: 0.9, profile: 'relative' },
      { signal: 'kv_cache_utilization', op: '>=', value: 0.95, profile: 'literal' },
    ],
  });

  test('lines carry the rules’ names, bands go from one severity to the next', () => {
    const { lines, bands } = ruleLimits([rule(), critical], 'kv_cache_utilization', 'relative');
    expect(lines).toEqual([
      { op: '>', value: 0.8, label: 'KV cache high' },
      { op: '>=', value: 0.9, label: 'KV cache nearly full' },
    ]);
    expect(bands).toMatchObject([
      { level: 'warning', from: 0.8, to: 0.9 },
      { level: 'danger', from: 0.9, to: null },
    ]);
  });

  test('a literal target is shown the literal limit, and the only form of rules with one', () => {
    const values = ruleLimits([rule(), critical], 'kv_cache_utilization', 'literal').lines.map(({ value }) => value);
    expect(values).toEqual([0.8, 0.95]);
  });

  test('rules that are off or broken draw nothing', () => {
    const rules = [rule({ enabled: false }), rule({ error: 'no such signal' })];
    expect(ruleLimits(rules, 'kv_cache_utilization', 'relative')).toEqual({ lines: [], bands: [] });
  });

  test('what only says when to look is no limit, nor is 0', () => {
    const guarded = rule({
      expr: 'prefill_latency_p99 > 100ms and requests_per_second > 1',
      signals: ['prefill_latency_p99', 'requests_per_second'],
      thresholds: [
        { signal: 'prefill_latency_p99', op: '>', value: 0.1, profile: 'relative' },
        { signal: 'requests_per_second', op: '>', value: 1, profile: 'relative' },
      ],
    });
    expect(ruleLimits([guarded], 'prefill_latency_p99', 'relative').lines).toHaveLength(1);
    expect(ruleLimits([guarded], 'requests_per_second', 'relative')).toEqual({ lines: [], bands: [] });
    const zero = rule({ thresholds: [{ signal: 'kv_cache_utilization', op: '>', value: 0, profile: 'relative' }] });
    expect(ruleLimits([zero], 'kv_cache_utilization', 'relative')).toEqual({ lines: [], bands: [] });
  });

  test('a limit downwards is a line and no band', () => {
    const low = rule({ thresholds: [{ signal: 'cache_hit_rate', op: '<', value: 0.7, profile: 'relative' }] });
    expect(ruleLimits([low], 'cache_hit_rate', 'relative')).toMatchObject({
      lines: [{ op: '<', value: 0.7 }],
      bands: [],
    });
  });
});
