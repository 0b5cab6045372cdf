import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { compileRuleExpression } from '#lib/rules/check.ts';
import { BUILT_IN_RULES } from '#lib/rules/packs.ts';
import { DEFAULT_EXPORT_OPTIONS, exportPrometheusRules } from '#lib/rules/promql-export.ts';
import { importPrometheusRules } from '#lib/rules/promql-import.ts';
import { parsePromql } from '#lib/rules/promql-parse.ts';

const importOne = (expr: string) => {
  const { imported, refused } = importPrometheusRules(
    stringify({ groups: [{ name: 'g', rules: [{ alert: 'A', expr }] }] }),
  );
  return {
    expr: imported[0]?.rule.expr,
    scope: imported[0]?.rule.scope,
    warnings: imported[0]?.warnings ?? [],
    reason: refused[0]?.reason,
  };
};

describe('rules that people publish', () => {
  it.each([
    ['vllm:kv_cache_usage_perc > 0.9', 'kv_cache_utilization > 90%'],
    ['vllm:kv_cache_usage_perc > 0.95 or vllm:gpu_cache_usage_perc > 0.95', 'kv_cache_utilization > 95%'],
    ['vllm:num_requests_waiting > 10', 'queue_depth > 10'],
    ['max_over_time(vllm:num_requests_waiting[5m]) > 10', 'max(queue_depth, 5m) > 10'],
    ['rate(vllm:num_preemptions_total[5m]) > 0.5', 'avg(preemptions_per_second, 5m) > 0.5'],
    [
      'increase(vllm:num_preemptions_total[10m]) > 0 and on() vllm:num_requests_waiting > 0',
      'avg(preemptions_per_second, 10m) > 0 and queue_depth > 0',
    ],
    ['increase(vllm:num_preemptions_total[10m]) > 600', 'avg(preemptions_per_second, 10m) > 1'],
    [
      'histogram_quantile(0.95, sum by (le, model_name) (rate(vllm:time_to_first_token_seconds_bucket[5m]))) > 5',
      'avg(ttft_p95, 5m) > 5s',
    ],
    [
      'histogram_quantile(0.99, sum(rate(vllm:inter_token_latency_seconds_bucket[1m])) by (le)) > 0.15',
      'itl_p99 > 150ms',
    ],
    [
      'sum(rate(vllm:prefix_cache_hits_total[10m])) / sum(rate(vllm:prefix_cache_queries_total[10m])) < 0.3',
      'avg(cache_hit_rate, 10m) < 30%',
    ],
    ['nvidia_smi_memory_used_bytes / nvidia_smi_memory_total_bytes > 0.96', 'vram_utilization > 96%'],
    ['DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE) > 0.9', 'vram_utilization > 90%'],
    ['DCGM_FI_DEV_FB_USED > 20480', 'vram_used > 20GiB'],
    ['nvidia_smi_memory_used_bytes / 1024^3 > 20', 'vram_used > 20GiB'],
    ['DCGM_FI_DEV_GPU_UTIL > 95', 'gpu_utilization > 95%'],
    ['avg_over_time(DCGM_FI_DEV_GPU_UTIL[15m]) < 30', 'avg(gpu_utilization, 15m) < 30%'],
    ['nvidia_smi_temperature_gpu > 85', 'gpu_temperature > 85'],
    [
      'nvidia_smi_clocks_event_reasons_hw_thermal_slowdown == 1 or nvidia_smi_clocks_throttle_reasons_hw_thermal_slowdown == 1',
      'gpu_hw_thermal_slowdown = yes',
    ],
    ['nvidia_smi_remapped_rows_failure == 1', 'gpu_rows_remap_failed = 1'],
    ['up{job="vllm"} == 0', 'target_up = no'],
    ['0.9 < vllm:kv_cache_usage_perc', 'kv_cache_utilization > 90%'],
    [
      'rate(vllm:generation_tokens_total[5m]) < rate(vllm:generation_tokens_total[30m]) * 0.5',
      'avg(tokens_per_second, 5m) < 50% of avg(tokens_per_second, 30m)',
    ],
    ['DCGM_FI_DEV_XID_ERRORS > 0', 'gpu_xid_errors > 0'],
    ['DCGM_FI_DEV_XID_ERRORS == 79', 'gpu_xid_errors > 0 and gpu_xid = 79'],
  ])('%s', (promql, expr) => expect(importOne(promql).expr).toBe(expr));

  it.each([
    ['absent(vllm:num_requests_running)', 'EngineDisappeared'],
    ['time() - nvidia_smi_last_collect_success_timestamp_seconds > 300', 'ages of timestamps'],
    ['deriv(DCGM_FI_DEV_FB_USED[1h]) > 100', 'leak verdict'],
    ['vllm:num_preemptions_total > 100', 'only grows'],
    ['vllm:num_preemptions > 100', 'did you mean vllm:num_preemptions_total?'],
    ['vllm_num_requests_waiting > 5', 'did you mean vllm:num_requests_waiting?'],
    ['DCGM_FI_DEV_POWER_VIOLATION > 100', 'counter in ns'],
    ['sum(rate(vllm:request_success_total{finish_reason!="stop"}[5m])) > 0', 'finished_reason'],
    ['histogram_quantile(0.42, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m]))) > 1', '0.42 quantile'],
    ['vllm:num_requests_waiting > bool 5', 'bool'],
    ['vllm:num_requests_waiting offset 5m > 5', 'offset'],
    ['max_over_time(rate(vllm:generation_tokens_total[1m])[5m:1m]) > 5', 'subqueries'],
    ['vllm:num_requests_waiting > 5 unless vllm:num_requests_running > 3', 'unless'],
    ['vllm:num_requests_waiting > 5 and nvidia_smi_temperature_gpu > 80', 'about an engine'],
    ['vllm:num_requests_waiting', 'without a comparison'],
    ['vllm:num_requests_waiting >', 'the end'],
    ['vllm:num_requests_waiting > 5 $', 'is no PromQL'],
    [`${'('.repeat(500)}1`, 'nested too deeply'],
    ['count(up == 0) > 1', 'count'],
    ['vllm:num_requests_waiting{engine="0"}[5m] > 1', 'range'],
  ])('%s is refused: %s', (promql, reason) => {
    const result = importOne(promql);
    expect(result.expr).toBeUndefined();
    expect(result.reason).toContain(reason);
  });
});

describe('the classic mistakes are named', () => {
  it.each([
    [
      'histogram_quantile(0.99, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m]))) > 2000',
      'Were milliseconds meant?',
    ],
    ['vllm:kv_cache_usage_perc > 95', 'Was 95 % meant?'],
    ['DCGM_FI_DEV_GPU_UTIL > 0.9', 'Was 90 % meant?'],
    ['histogram_quantile(0.99, vllm:time_to_first_token_seconds_bucket) > 2', 'without rate()'],
    ['DCGM_FI_DEV_XID_ERRORS > 0', 'would never resolve'],
    ['nvidia_smi_memory_used_bytes / nvidia_smi_memory_total_bytes > 0.9', 'vLLM reserves'],
    ['DCGM_FI_DEV_FB_USED / DCGM_FI_DEV_FB_FREE > 0.95', 'half full'],
    ['avg(vllm:kv_cache_usage_perc) > 0.9', 'hides one that is full'],
    ['sum(vllm:num_requests_waiting) > 100', 'judged by itself'],
    ['vllm:num_requests_waiting{namespace="prod"} > 5', 'namespace="prod"'],
    ['nvidia_smi_ecc_errors_uncorrected_volatile_total > 0', 'GpuEccUncorrected'],
    ['rate(vllm:generation_tokens_total[5m]) < 0.5 * rate(vllm:generation_tokens_total[5m])', 'whenever traffic ends'],
  ])('%s: %s', (promql, warning) => {
    const { warnings, reason } = importOne(promql);
    expect(reason).toBeUndefined();
    expect(warnings.join('\n')).toContain(warning);
  });
});

describe('a rule file', () => {
  it('gives names, durations, severities and texts', () => {
    const { imported, refused } = importPrometheusRules(`
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
spec:
  groups:
    - name: vllm
      rules:
        - {record: x, expr: up}
        - alert: KV high!
          expr: vllm:kv_cache_usage_perc > 0.9
          for: 5m
          keep_firing_for: 1m
          labels: {severity: page}
          annotations: {summary: "KV at {{ $value }}", description: "d", runbook_url: "https://x"}
        - {alert: KV high!, expr: "vllm:num_requests_waiting > 5", for: soon}
        - {alert: KV high!, expr: "vllm:num_requests_waiting > 5"}
`);
    expect(imported).toHaveLength(2);
    expect(imported[0]?.rule).toMatchObject({
      id: 'KV_high_',
      forMs: 300_000,
      keepFiringMs: 60_000,
      severity: 'critical',
    });
    expect(imported[0]?.rule).toMatchObject({
      title: 'KV at …',
      cause: 'd',
      check: 'https://x',
      scope: 'engine',
      pack: null,
    });
    expect(imported[1]?.rule).toMatchObject({ id: 'KV_high__2', severity: 'warning', forMs: 0, keepFiringMs: 120_000 });
    expect(refused.map(({ reason }) => reason)).toEqual([
      'a recording rule: signals are recorded already',
      expect.stringContaining('no duration'),
    ]);
  });

  it.each([['groups: 5'], ['- a'], [''], ['a: [b'], ['groups: [{rules: [5, {}]}]']])('%s is no exception', (text) => {
    const { imported, refused } = importPrometheusRules(text);
    expect(imported).toEqual([]);
    expect(refused.length).toBeGreaterThan(0);
  });

  it('any PromQL gives a tree or a reason', () => {
    const pieces = fc.constantFrom(
      '(',
      ')',
      'sum',
      ' by ',
      'rate(',
      '[5m]',
      'up',
      '{',
      '}',
      'a="b"',
      ',',
      '-',
      '> ',
      '5',
      ' and ',
      '"',
      '1e3',
      ':',
      '@',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 40 }),
          fc.array(pieces, { maxLength: 40 }).map((all) => all.join('')),
        ),
        (text) => {
          expect(parsePromql(text)).toHaveProperty('ok');
          importOne(text);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('what was exported comes back with the same meaning where it comes back', () => {
    const rules = BUILT_IN_RULES.map((rule) => ({ ...rule, enabled: true }));
    const { yaml } = exportPrometheusRules(rules, { ...DEFAULT_EXPORT_OPTIONS, profile: 'literal' });
    const { imported } = importPrometheusRules(yaml);
    const back = new Map(imported.map(({ rule }) => [rule.id, rule]));
    expect(back.size).toBeGreaterThanOrEqual(20);
    for (const id of [
      'KvCacheCritical',
      'HighPrefillLatency',
      'QueueOverflow',
      'LowThroughput',
      'EngineStuck',
      'VramCritical',
      'GpuThermalSlowdown',
    ]) {
      const rule = rules.find((one) => one.id === id)!;
      const original = compileRuleExpression(rule.literalExpr ?? rule.expr, rule.scope);
      const again = compileRuleExpression(back.get(id)?.expr ?? '', rule.scope);
      expect(again.ok && again.checked.condition, id).toEqual(original.ok && original.checked.condition);
      expect(back.get(id)).toMatchObject({
        forMs: rule.forMs,
        severity: rule.severity,
        cause: rule.cause,
        action: rule.action,
      });
    }
  });
});
