import { ALERT_STATES } from '#lib/alerts/alert.ts';
import { type Matcher, parseMatchers } from '#lib/alerts/matchers.ts';
import type { AlertFilter } from '#lib/api/alerts.ts';
import type { AlertPick } from '#lib/db/alert-filter.ts';
import { AppError } from '#lib/service/errors.ts';
import { timePoint } from '#lib/service/time-point.ts';

const OPEN_STATES = ALERT_STATES.filter((state) => state !== 'resolved');

/**
 * What a filter of the API selects. Without a state: the open ones, or with `from` or `to` every episode that fired and
 * overlaps that time. Throws AppError `invalid`.
 */
export function pickOf(filter: AlertFilter, nowMs: number): AlertPick {
  const isHistory = filter.from !== undefined || filter.to !== undefined;
  const history = ['firing', 'recovering', 'resolved'] as const;
  const fromMs = filter.from === undefined ? null : timePoint('from', filter.from, nowMs);
  const toMs = filter.to === undefined ? null : timePoint('to', filter.to, nowMs);
  if (fromMs !== null && toMs !== null && fromMs >= toMs)
    throw new AppError('invalid', 'from is not before to', [{ path: 'from', message: 'must be before to' }]);
  return {
    states: someOf(filter.state) ?? (isHistory ? history : OPEN_STATES),
    severities: someOf(filter.severity),
    handlings: someOf(filter.handling),
    ruleId: filter.rule ?? null,
    subjectIds: someOf(filter.subject),
    targetId: filter.target ?? null,
    owner: filter.owner ?? null,
    matchers: matchersOf(filter.match ?? ''),
    fromMs,
    toMs,
  };
}

/** An empty list in a URL (`severity=`) restricts nothing. */
function someOf<T>(list: readonly T[] | undefined): readonly T[] | null {
  return list === undefined || list.length === 0 ? null : list;
}

function matchersOf(text: string): readonly Matcher[] {
  const parsed = parseMatchers(text);
  if (parsed.ok) return parsed.matchers;
  throw new AppError('invalid', `match: ${parsed.message}`, [{ path: 'match', message: parsed.message }]);
}
