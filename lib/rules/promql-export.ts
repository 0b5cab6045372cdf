import { Document } from 'yaml';
import { formatDurationMs } from '#lib/metrics/duration.ts';
import { compileRuleExpression } from '#lib/rules/check.ts';
import { DEFAULT_PROMQL_OPTIONS, type Promql, type PromqlOptions, promqlOf } from '#lib/rules/promql.ts';
import type { Rule } from '#lib/rules/rule.ts';

export type PrometheusExportOptions = PromqlOptions & { readonly profile: 'relative' | 'literal' };

export type PrometheusExport = {
  /** A rule file for Prometheus; the comment at its head names what is missing. */
  readonly yaml: string;
  readonly exported: readonly string[];
  readonly omitted: readonly { readonly id: string; readonly reason: string }[];
};

export const DEFAULT_EXPORT_OPTIONS: PrometheusExportOptions = { ...DEFAULT_PROMQL_OPTIONS, profile: 'relative' };

/**
 * Rules as Prometheus alerting rules, one group per pack; `promtool check rules` accepts the text. What has no
 * counterpart, and what is turned off, is left out and named with the reason.
 */
export function exportPrometheusRules(
  rules: readonly Rule[],
  options: PrometheusExportOptions = DEFAULT_EXPORT_OPTIONS,
): PrometheusExport {
  const omitted: { id: string; reason: string }[] = [];
  const exported: string[] = [];
  const groups = new Map<string, unknown[]>();
  for (const rule of rules) {
    const promql = promqlOfRule(rule, options);
    if (!promql.ok) {
      omitted.push({ id: rule.id, reason: promql.reason });
      continue;
    }
    exported.push(rule.id);
    const name = `headroom-${rule.pack ?? 'custom'}`;
    groups.set(name, [...(groups.get(name) ?? []), alertingRule(rule, promql.promql)]);
  }
  const document = new Document({ groups: [...groups].map(([name, members]) => ({ name, rules: members })) });
  document.commentBefore = headComment(options, omitted);
  return { yaml: document.toString({ lineWidth: 0 }), exported, omitted };
}

function promqlOfRule(rule: Rule, options: PrometheusExportOptions): Promql {
  if (!rule.enabled) return { ok: false, reason: 'turned off in Headroom' };
  if (rule.vram === 'above-floor' && options.profile === 'relative') {
    const reason =
      'judged above the memory that vLLM reserves, which Prometheus does not know; literal judges used / total';
    return { ok: false, reason };
  }
  const text = options.profile === 'literal' ? (rule.literalExpr ?? rule.expr) : rule.expr;
  const result = compileRuleExpression(text, rule.scope);
  if (!result.ok) return { ok: false, reason: `its expression is wrong: ${result.errors[0]?.message ?? ''}` };
  return promqlOf(result.checked, options);
}

function alertingRule(rule: Rule, promql: string): Record<string, unknown> {
  const texts = { cause: rule.cause, check: rule.check, remedy: rule.remedy, action: rule.action, source: rule.source };
  const annotations = Object.entries(texts)
    .filter(([, text]) => text !== '')
    .map(([key, text]) => [key, withoutTemplates(text)] as const);
  return {
    alert: rule.id,
    expr: promql,
    ...(rule.forMs > 0 ? { for: formatDurationMs(rule.forMs) } : {}),
    ...(rule.keepFiringMs > 0 ? { keep_firing_for: formatDurationMs(rule.keepFiringMs) } : {}),
    labels: { severity: rule.severity },
    annotations: {
      summary: `${withoutTemplates(rule.title)}: ${subjectTemplate(rule)}`,
      ...Object.fromEntries(annotations),
    },
  };
}

function subjectTemplate(rule: Rule): string {
  if (rule.scope === 'engine') return '{{ $labels.model_name }} engine {{ $labels.engine }} on {{ $labels.instance }}';
  if (rule.scope === 'gpu') return 'GPU {{ $labels.uuid }}{{ $labels.UUID }} on {{ $labels.instance }}';
  return '{{ $labels.instance }}';
}

/** A person's text is text: `{{` would be read as a template. */
function withoutTemplates(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}

function headComment(options: PrometheusExportOptions, omitted: PrometheusExport['omitted']): string {
  const lines = [
    `Alerting rules exported by Headroom, ${options.profile} limits, GPU metrics of ${options.gpuExporter}.`,
    'Prometheus has no recovery thresholds, resets "for" at a missed scrape, and resolves alerts of absent series.',
    ...omitted.map(({ id, reason }) => `Not exported: ${id}: ${reason}`),
  ];
  return lines.map((line) => ` ${line.replaceAll(/\s+/g, ' ')}`).join('\n');
}
