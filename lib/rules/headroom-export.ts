import { stringify } from 'yaml';
import { formatDurationMs } from '#lib/metrics/duration.ts';
import { DEFAULT_HYSTERESIS, DEFAULT_KEEP_FIRING_MS, type Rule } from '#lib/rules/rule.ts';

/**
 * Rules as the `rules: custom:` part of headroom.yaml. Values that a rule gets anyway are left out, so the text holds
 * what a person would write. A rule of a pack becomes a custom one under the id `<id>_copy`, since ids are unique.
 */
export function exportHeadroomRules(rules: readonly Rule[]): string {
  return stringify({ rules: { custom: rules.map(customRule) } }, { lineWidth: 0 });
}

function customRule(rule: Rule): Record<string, unknown> {
  return {
    id: rule.pack === null ? rule.id : `${rule.id}_copy`,
    title: rule.title,
    scope: rule.scope,
    expr: rule.expr,
    ...(rule.literalExpr === null ? {} : { literal: rule.literalExpr }),
    ...(rule.forMs === 0 ? {} : { for: formatDurationMs(rule.forMs) }),
    ...(rule.keepFiringMs === DEFAULT_KEEP_FIRING_MS ? {} : { keep_firing_for: formatDurationMs(rule.keepFiringMs) }),
    ...(rule.hysteresis === DEFAULT_HYSTERESIS ? {} : { hysteresis: rule.hysteresis }),
    ...(rule.absence === 'keep' ? {} : { absence: rule.absence }),
    severity: rule.severity,
    ...(rule.enabled ? {} : { enabled: false }),
    ...withText({
      action: rule.action,
      cause: rule.cause,
      check: rule.check,
      remedy: rule.remedy,
      source: rule.source,
    }),
  };
}

function withText(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));
}
