import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RuleInput } from '#lib/api/rules.ts';
import { resolveSlo, type StatedSlo } from '#lib/metrics/slo.ts';
import { compileRuleExpression } from '#lib/rules/check.ts';
import { exportHeadroomRules } from '#lib/rules/headroom-export.ts';
import { BUILT_IN_RULES } from '#lib/rules/packs.ts';
import { GPU_EXPORTERS } from '#lib/rules/prometheus-names.ts';
import { promqlOf } from '#lib/rules/promql.ts';
import { DEFAULT_EXPORT_OPTIONS, exportPrometheusRules } from '#lib/rules/promql-export.ts';
import type { Rule } from '#lib/rules/rule.ts';
import { HAS_PROMTOOL, promtool } from '#tests/rules/promtool.ts';

const promqlFor = (text: string, options: Partial<typeof DEFAULT_EXPORT_OPTIONS> = {}) => {
  const result = compileRuleExpression(text);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return promqlOf(result.checked, { ...DEFAULT_EXPORT_OPTIONS, ...options });
};
const textOf = (text: string, options: Partial<typeof DEFAULT_EXPORT_OPTIONS> = {}) => {
  const promql = promqlFor(text, options);
  return promql.ok ? promql.promql.replaceAll('job, instance, model_name, engine', 'E') : promql.reason;
};
const ALL_ON = BUILT_IN_RULES.map((rule) => ({ ...rule, enabled: true }));

describe('an expression in PromQL', () => {
  it.each([
    ['kv_cache_utilization >= 90%', 'max by (E) (vllm:kv_cache_usage_perc) >= 0.9'],
    ['avg(kv_cache_utilization, 5m) >= 90%', 'max by (E) (avg_over_time(vllm:kv_cache_usage_perc[5m])) >= 0.9'],
    [
      'ttft_p99 > 500ms',
      'histogram_quantile(0.99, sum by (le, E) (rate(vllm:time_to_first_token_seconds_bucket[1m]))) > 0.5',
    ],
    [
      'not (queue_depth > 5 or running_requests = 0)',
      '(max by (E) (vllm:num_requests_waiting) <= 5) and (max by (E) (vllm:num_requests_running) != 0)',
    ],
    ['avg(tokens_per_second, 10m) < 1', 'sum by (E) (rate(vllm:generation_tokens_total[10m])) < 1'],
    [
      '2 * queue_depth > running_requests + 1',
      '(2 * max by (E) (vllm:num_requests_waiting)) > (max by (E) (vllm:num_requests_running) + 1)',
    ],
    [
      'queue_depth / running_requests > 3',
      '(max by (E) (vllm:num_requests_waiting) / (max by (E) (vllm:num_requests_running) != 0)) > 3',
    ],
  ])('%s', (text, promql) => expect(textOf(text)).toBe(promql));

  it.each([
    ['burst_multiplier > 5', 'arrivals are derived'],
    ['requests_per_second < 74% of baseline', 'the learned baseline'],
    ['target_frozen', 'does not see'],
    ['goodput < 90%', 'interval'],
    ['oom_errors > 0', 'which GPUs'],
    ['kv_tokens_capacity < 1000', 'is a label|has no series'],
    ['max(tokens_per_second, 5m) > 5', 'recording rule'],
    ['ttft_p99 != 5s', 'NaN'],
    ['queue_depth > 5 and target_up', 'does not have the labels'],
  ])('%s has none: %s', (text, reason) => expect(textOf(text)).toMatch(new RegExp(reason)));

  it('a configured baseline is a number', () => {
    expect(textOf('requests_per_second < 50% of baseline', { baselineRps: 200 })).toBe(
      'sum by (E) (rate(vllm:request_success_total[1m])) < (0.5 * 200)',
    );
  });

  it('DCGM prints MiB and percent', () => {
    const gpu = 'job, instance, UUID, GPU_I_ID';
    expect(textOf('vram_used > 20GiB', { gpuExporter: 'dcgm' })).toBe(
      `(max by (${gpu}) (DCGM_FI_DEV_FB_USED) * 1048576) > 21474836480`,
    );
    expect(textOf('gpu_utilization > 90%', { gpuExporter: 'dcgm' })).toContain('(DCGM_FI_DEV_GPU_UTIL) * 0.01');
    expect(textOf('vram_used > 90% of vram_total', { gpuExporter: 'dcgm' })).toContain('DCGM_FI_DEV_FB_FREE');
  });
});

describe('burn rates of a promise for all targets', () => {
  const stated = (slo: StatedSlo) => resolveSlo(slo, null, { profile: 'relative', baselineRps: null });
  const burn = 'avg(slo_burn_rate, 1h) > 14.4 and avg(slo_slow_requests, 5m) >= 3';
  it('are the share above the bucket bound over what may be slow', () => {
    const total = 'sum by (E) (rate(vllm:time_to_first_token_seconds_count[1h]))';
    const within = 'sum by (E) (rate(vllm:time_to_first_token_seconds_bucket{le=~"0[.]5|0[.]5[.]0"}[1h]))';
    const slow =
      'sum by (E) (increase(vllm:time_to_first_token_seconds_count[5m])) - sum by (E) (increase(vllm:time_to_first_token_seconds_bucket{le=~"0[.]5|0[.]5[.]0"}[5m]))';
    expect(textOf(burn, { slo: stated({ latencies: { ttft: 0.5 } }) })).toBe(
      `(((1 - ${within} / (${total} > 0)) / 0.01) > 14.4) and ((${slow}) >= 3)`,
    );
  });
  it('of several latencies the worst', () => {
    const text = textOf(burn, { slo: stated({ latencies: { ttft: 0.5, itl: 0.1 } }) });
    expect(text).toMatch(/^\(max by \(E\) \(label_replace\(.*"latency", "ttft", "", ""\) or label_replace\(.*"itl"/);
  });
  it('have none where nobody promised anything', () => {
    expect(textOf(burn)).toContain('no slo is stated');
  });
});

describe('the rule file', () => {
  const reasons = (profile: 'relative' | 'literal', rules: readonly Rule[] = ALL_ON) =>
    Object.fromEntries(
      exportPrometheusRules(rules, { ...DEFAULT_EXPORT_OPTIONS, profile }).omitted.map(({ id, reason }) => [
        id,
        reason,
      ]),
    );

  it('names what has no counterpart', () => {
    expect(Object.keys(reasons('literal'))).toEqual([
      'ThroughputDrop10',
      'ThroughputDrop20',
      'ScaleDown',
      'SustainedBurst5x',
      'SustainedBurst10x',
      'SlowBurstRecovery',
      'VramLeak',
      'VramTrendingToLimit',
      'OomError',
      'BatchVramLeak',
      'BatchVariance',
      'BatchDegrading',
      'BatchFailures',
      'ModelReloaded',
      'SLAViolation',
      'BatchSlaAt20h',
      'BatchSlaForecast',
      'SloBurnFast',
      'SloBurnSustained',
      'SloBurnDay',
      'SloBurnSlow',
      'ExporterFrozen',
      'SignalMissing',
      'EngineDisappeared',
      'GpuDisappeared',
      'BurstNotRecovered',
      'EngineGotSlower',
    ]);
    expect(reasons('relative')).toMatchObject({
      VramCritical: expect.stringContaining('reserves'),
      LowThroughput: expect.stringContaining('baseline'),
    });
    expect(reasons('relative', BUILT_IN_RULES).GpuTemperatureHigh).toBe('turned off in Headroom');
    const { yaml } = exportPrometheusRules(ALL_ON);
    expect(yaml).toContain('# Not exported: OomError: Prometheus does not know');
  });

  it('carries for, severity and the runbook', () => {
    const { yaml } = exportPrometheusRules(ALL_ON);
    const group = parse(yaml).groups.find(({ name }: { name: string }) => name === 'headroom-reports');
    expect(group.rules.find(({ alert }: { alert: string }) => alert === 'KvCacheCritical')).toMatchObject({
      for: '30s',
      keep_firing_for: '2m',
      labels: { severity: 'critical' },
      annotations: {
        action: 'shed load; lower batch size',
        source: '002 Key Metrics to Track 1',
        cause: expect.stringContaining('nearly full'),
      },
    });
  });

  it('a person’s braces are no template, a newline in a reason no YAML', () => {
    const hostile = { ...ALL_ON[0]!, id: 'Custom', cause: '{{ $value }} \n}} ', title: '{{', pack: null };
    const { yaml } = exportPrometheusRules([hostile, { ...hostile, id: 'Bad\nalert: x', expr: 'nothing > 5' }]);
    expect(parse(yaml).groups).toHaveLength(1);
    expect(parse(yaml).groups[0].rules[0].annotations.cause).toBe('{{ "{{" }} $value }} \n}} ');
    if (HAS_PROMTOOL) expect(promtool(['check', 'rules'], { 'rules.yml': yaml })).toMatchObject({ ok: true });
  });

  it
    .skipIf(!HAS_PROMTOOL)
    .each(
      GPU_EXPORTERS.flatMap((gpuExporter) =>
        (['relative', 'literal'] as const).map((profile) => ({ gpuExporter, profile })),
      ),
    )(
    'promtool accepts it: $gpuExporter, $profile (skipped: no promtool on PATH)',
    { timeout: 120_000 },
    ({ gpuExporter, profile }) => {
      const { yaml, exported } = exportPrometheusRules(ALL_ON, { gpuExporter, profile, baselineRps: 202, slo: null });
      const { ok, output } = promtool(['check', 'rules'], { 'rules.yml': yaml });
      expect(output).toContain(`${exported.length} rules found`);
      expect(ok).toBe(true);
    },
  );
});

it('headroom.yaml: what is exported is what the file takes', () => {
  const own = { ...ALL_ON[0]!, id: 'Own', pack: null, hysteresis: 0.1, absence: 'resolve' as const };
  const { rules } = parse(exportHeadroomRules([...BUILT_IN_RULES, own]));
  expect(rules.custom).toHaveLength(BUILT_IN_RULES.length + 1);
  for (const [index, text] of rules.custom.entries()) {
    const input = RuleInput.parse(text);
    const rule = [...BUILT_IN_RULES, own][index]!;
    expect(input).toMatchObject({
      expr: rule.expr,
      literal: rule.literalExpr,
      for: rule.forMs,
      keep_firing_for: rule.keepFiringMs,
    });
    expect(input).toMatchObject({
      hysteresis: rule.hysteresis,
      absence: rule.absence,
      severity: rule.severity,
      enabled: rule.enabled,
    });
  }
  expect(rules.custom.at(-1).id).toBe('Own');
});
