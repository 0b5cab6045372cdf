import { type Matcher, parseMatchers } from '#lib/alerts/matchers.ts';
import type { AlertSummary } from '#lib/api/alerts.ts';
import { type AlertView, readableMatch } from '#lib/client/alert-filter.ts';
import { commonLabels } from '#lib/client/alert-groups.ts';
import { SEVERITIES, type Severity } from '#lib/rules/rule.ts';

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

export type FilterSilence = {
  readonly matchers: readonly Matcher[];
  /** By what the list is narrowed that no label tells: a silence cannot look at it, so it mutes more than is listed. */
  readonly beyond: readonly string[];
};

/** The silence of everything that a filter lists, as far as labels can tell. `targetName` is that of the filter's target. */
export function filterSilence(view: AlertView, targetName: string | null): FilterSilence {
  const typed = parseMatchers(readableMatch(view.match).match);
  const is = (label: string, value: string): Matcher[] => (value === '' ? [] : [{ label, op: '=', value }]);
  const beyond = [
    ...(view.states.length > 0 ? [`state (${view.states.join(', ')})`] : []),
    ...(view.handlings.length > 0 ? [`who has it (${view.handlings.join(', ')})`] : []),
    ...(view.owner === '' ? [] : [`owner (${view.owner})`]),
    ...(view.target !== '' && targetName === null ? ['target'] : []),
  ];
  const matchers = [
    ...(typed.ok ? typed.matchers : []),
    ...is('rule', view.rule),
    ...(view.target === '' ? [] : is('target', targetName ?? '')),
    ...severityMatchers(view.severities),
  ];
  return { matchers, beyond };
}

/** Matchers hold together, so several severities are said by those that are left out. */
function severityMatchers(severities: readonly Severity[]): readonly Matcher[] {
  const [only, ...more] = severities;
  if (only === undefined) return [];
  if (more.length === 0) return [{ label: 'severity', op: '=', value: only }];
  return SEVERITIES.filter((each) => !severities.includes(each)).map((value) => ({
    label: 'severity',
    op: '!=',
    value,
  }));
}
