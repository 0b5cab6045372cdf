import { ALERT_STATES, type AlertState } from '#lib/alerts/alert.ts';
import { HANDLINGS } from '#lib/alerts/handling.ts';
import { type Matcher, parseMatchers, printMatchers } from '#lib/alerts/matchers.ts';
import type { AlertFilter } from '#lib/api/alerts.ts';
import { SEVERITIES, type Severity } from '#lib/rules/rule.ts';

export type Handled = (typeof HANDLINGS)[number];

/** Which alerts the list shows, as the URL holds it. Empty means: not narrowed by this. */
export type AlertView = {
  readonly states: readonly AlertState[];
  readonly severities: readonly Severity[];
  readonly handlings: readonly Handled[];
  readonly rule: string;
  readonly target: string;
  readonly owner: string;
  /** `host=gpu-01, rule=Kv*` */
  readonly match: string;
  /** How far back resolved ones are listed, as a duration; matters only when they are shown. */
  readonly within: string;
};

export const DEFAULT_WITHIN = '24h';
export const ALERT_PARAMS = [
  'state',
  'severity',
  'handling',
  'rule',
  'target',
  'owner',
  'match',
  'within',
] as const satisfies readonly string[];

const known = <T extends string>(text: string | null, all: readonly T[]): readonly T[] => {
  const wanted = new Set((text ?? '').split(','));
  return all.filter((each) => wanted.has(each));
};

/** Reads the URL; words that are not known are left out. */
export function parseAlertView(params: URLSearchParams): AlertView {
  return {
    states: known(params.get('state'), ALERT_STATES),
    severities: known(params.get('severity'), SEVERITIES),
    handlings: known(params.get('handling'), HANDLINGS),
    rule: params.get('rule') ?? '',
    target: /^\d+$/.test(params.get('target') ?? '') ? (params.get('target') ?? '') : '',
    owner: params.get('owner') ?? '',
    match: params.get('match') ?? '',
    within: /^\d+[hdw]$/.test(params.get('within') ?? '') ? (params.get('within') ?? '') : DEFAULT_WITHIN,
  };
}

/** The part of `match` that can be read. While a matcher is being typed, what is complete goes on to narrow the list. */
export function readableMatch(text: string): { readonly match: string; readonly error: string | null } {
  const parsed = parseMatchers(text);
  if (parsed.ok) return { match: printMatchers(parsed.matchers), error: null };
  const complete: string[] = [];
  for (const part of text.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
    if (parseMatchers(part).ok) complete.push(part.trim());
  }
  return { match: complete.filter((part) => part !== '').join(', '), error: parsed.message };
}

/** What the API is asked for. Resolved ones without a time limit would be all of history. */
export function filterOf(view: AlertView): AlertFilter {
  const { match } = readableMatch(view.match);
  return {
    ...(view.states.length > 0 ? { state: [...view.states] } : {}),
    ...(view.severities.length > 0 ? { severity: [...view.severities] } : {}),
    ...(view.handlings.length > 0 ? { handling: [...view.handlings] } : {}),
    ...(view.rule === '' ? {} : { rule: view.rule }),
    ...(view.target === '' ? {} : { target: Number(view.target) }),
    ...(view.owner === '' ? {} : { owner: view.owner }),
    ...(match === '' ? {} : { match }),
    ...(view.states.includes('resolved') ? { from: `now-${view.within}` } : {}),
  };
}

/** The filter as a query string of the API; lists are comma-separated. */
export function filterQuery(filter: AlertFilter): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) {
    if (value !== undefined) query.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  return query;
}

/** The filter as the body of a bulk call, where lists are comma-separated text as in the query. */
export function filterBody(filter: AlertFilter): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(filter).map(([name, value]) => [
      name,
      Array.isArray(value) && name !== 'subject' ? value.join(',') : value,
    ]),
  );
}

/** How many things narrow the list. */
export function narrowings(view: AlertView): number {
  return [view.states, view.severities, view.handlings, view.rule, view.target, view.owner, view.match].filter(
    (each) => each.length > 0,
  ).length;
}

/** Adds a matcher for a label to `match`, or takes it away when it is there. */
export function toggleMatch(text: string, label: string, value: string): string {
  const parsed = parseMatchers(text);
  const matchers: readonly Matcher[] = parsed.ok ? parsed.matchers : [];
  const isSame = (each: Matcher): boolean => each.label === label && each.op === '=' && each.value === value;
  const next = matchers.some(isSame)
    ? matchers.filter((each) => !isSame(each))
    : [...matchers.filter((each) => each.label !== label), { label, op: '=' as const, value }];
  return printMatchers(next);
}
