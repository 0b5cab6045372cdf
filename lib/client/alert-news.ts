import type { AlertSummary } from '#lib/api/alerts.ts';
import type { Severity } from '#lib/rules/rule.ts';

/** Open alerts as they were last told, by id. */
export type Known = ReadonlyMap<number, Severity>;

export type News = { readonly fresh: number; readonly critical: number; readonly resolved: number };

export const NO_NEWS: News = { fresh: 0, critical: 0, resolved: 0 };

export function firingOf(items: readonly AlertSummary[]): Known {
  return new Map(
    items
      .filter(({ state }) => state === 'firing' || state === 'recovering')
      .map(({ id, severity }) => [id, severity] as const),
  );
}

/** What changed between two looks. `complete` false: more fire than were listed, so a missing one says nothing. */
export function newsBetween(before: Known, after: Known, complete: boolean): News {
  const fresh = [...after].filter(([id]) => !before.has(id));
  return {
    fresh: fresh.length,
    critical: fresh.filter(([, severity]) => severity === 'critical').length,
    resolved: complete ? [...before.keys()].filter((id) => !after.has(id)).length : 0,
  };
}

export function addNews(a: News, b: News): News {
  return { fresh: a.fresh + b.fresh, critical: a.critical + b.critical, resolved: a.resolved + b.resolved };
}

/** "3 new alerts, 1 critical; 2 resolved", '' when nothing happened. Counts, never lists: it is read aloud. */
export function newsText({ fresh, critical, resolved }: News): string {
  const parts = [
    ...(fresh > 0
      ? [`${fresh} new ${fresh === 1 ? 'alert' : 'alerts'}${critical > 0 ? `, ${critical} critical` : ''}`]
      : []),
    ...(resolved > 0 ? [`${resolved} resolved`] : []),
  ];
  return parts.join('; ');
}
