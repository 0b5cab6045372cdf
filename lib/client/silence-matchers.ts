import type { Matcher } from '#lib/alerts/matchers.ts';
import type { AlertSummary } from '#lib/api/alerts.ts';
import { commonLabels } from '#lib/client/alert-groups.ts';

/** Labels that say which one it is, in the order a person would name them. */
const NAMING = ['rule', 'subject', 'target', 'host', 'model', 'engine', 'gpu'] as const;

/**
 * Matchers that hit these alerts: what they have in common. For one alert rule and subject, which is that alert and its
 * next episodes and nothing else.
 */
export function silenceMatchers(alerts: readonly AlertSummary[]): readonly Matcher[] {
  const common = commonLabels(alerts.map(({ labels }) => labels));
  const names = alerts.length === 1 ? (['rule', 'subject'] as const) : NAMING;
  const matchers = names.flatMap((label): Matcher[] => {
    const value = common[label];
    return value === undefined || value === '' ? [] : [{ label, op: '=', value }];
  });
  // A target's name and host say the same twice when the subject is known.
  return matchers.some(({ label }) => label === 'subject')
    ? matchers.filter(({ label }) => label === 'rule' || label === 'subject')
    : matchers;
}
