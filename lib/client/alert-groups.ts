import { ALERT_GROUPINGS, type AlertGroupSummary } from '#lib/api/alert-groups.ts';
import type { AlertSummary } from '#lib/api/alerts.ts';
import { compareAlerts } from '#lib/client/alert-order.ts';
import type { Severity } from '#lib/rules/rule.ts';

export const GROUPINGS = ['none', ...ALERT_GROUPINGS] as const;
export type Grouping = (typeof GROUPINGS)[number];

export function parseGrouping(text: string): Grouping {
  return GROUPINGS.find((each) => each === text) ?? 'none';
}

type Labels = Readonly<Record<string, string>>;

export type AlertGroup = {
  readonly key: string;
  readonly title: string;
  /** Those that are loaded. */
  readonly items: readonly AlertSummary[];
  /** How many the group has in all. */
  readonly total: number;
  /** Labels that all of the group share: shown once, not on every row. */
  readonly common: Labels;
  readonly bySeverity: Readonly<Partial<Record<Severity, number>>>;
};

/** Told by the row itself, so never listed as a label. */
const TOLD: readonly string[] = ['rule', 'severity', 'subject', 'scope', 'target'];

/**
 * Groups in the order of their worst alert; without grouping one group holds all and shares no labels. `inAll` is what the
 * server says of each group while not all of its alerts are loaded.
 */
export function groupAlerts(
  items: readonly AlertSummary[],
  by: Grouping,
  inAll: readonly AlertGroupSummary[] = [],
): readonly AlertGroup[] {
  const sorted = items.toSorted(compareAlerts);
  if (by === 'none') {
    return [
      { key: '', title: '', items: sorted, total: sorted.length, common: {}, bySeverity: countSeverities(sorted) },
    ];
  }
  const known = new Map(inAll.map((group) => [group.key, group]));
  const groups = new Map<string, AlertSummary[]>();
  for (const alert of sorted) {
    const key = groupKey(alert, by);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [alert]);
    else group.push(alert);
  }
  return [...groups].map(([key, members]) => {
    const whole = known.get(key);
    const total = Math.max(whole?.total ?? 0, members.length);
    const shared = whole?.common ?? commonLabels(members.map(({ labels }) => labels));
    return {
      key,
      title: groupTitle(key, by, members),
      items: members,
      total,
      common: total > 1 ? withoutTold(shared, [by]) : {},
      bySeverity: whole?.bySeverity ?? countSeverities(members),
    };
  });
}

/** The value that groups; '' where an alert has none. */
function groupKey(alert: AlertSummary, by: Exclude<Grouping, 'none'>): string {
  if (by === 'rule') return alert.rule;
  if (by === 'target') return alert.target?.name ?? '';
  return alert.labels[by] ?? '';
}

function groupTitle(key: string, by: Grouping, members: readonly AlertSummary[]): string {
  if (key === '') return `no ${by}`;
  return by === 'rule' ? (members[0]?.title ?? key) : key;
}

/** Labels with the same value in all; of one thing, all of its labels. */
export function commonLabels(all: readonly Labels[]): Labels {
  const [first, ...others] = all;
  if (first === undefined) return {};
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((labels) => labels[name] === value)),
  );
}

/** What is left to say on a row of the group. */
export function ownLabels(alert: AlertSummary, group: Pick<AlertGroup, 'common'>, by: Grouping): Labels {
  // "qwen-a · Qwen2.5" tells the model already.
  const nameParts = alert.subjectName.split(' · ');
  const rest = Object.fromEntries(
    Object.entries(alert.labels).filter(([name, value]) => !(name in group.common) && !nameParts.includes(value)),
  );
  return withoutTold(rest, [by]);
}

function withoutTold(labels: Labels, more: readonly string[]): Labels {
  return Object.fromEntries(
    Object.entries(labels).filter(([name, value]) => value !== '' && !TOLD.includes(name) && !more.includes(name)),
  );
}

function countSeverities(items: readonly AlertSummary[]): AlertGroup['bySeverity'] {
  const counts: Partial<Record<Severity, number>> = {};
  for (const { severity } of items) counts[severity] = (counts[severity] ?? 0) + 1;
  return counts;
}

/** One line of the virtual list. */
export type ListRow =
  | { readonly type: 'group'; readonly group: AlertGroup }
  | { readonly type: 'alert'; readonly alert: AlertSummary; readonly group: AlertGroup };

/** Groups as one flat list; folded ones keep their heading. */
export function listRows(groups: readonly AlertGroup[], by: Grouping, folded: ReadonlySet<string>): readonly ListRow[] {
  return groups.flatMap((group): ListRow[] => {
    const rows = group.items.map((alert): ListRow => ({ type: 'alert', alert, group }));
    if (by === 'none') return rows;
    return [{ type: 'group', group }, ...(folded.has(group.key) ? [] : rows)];
  });
}
