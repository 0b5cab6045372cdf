/** An open alert as far as inhibition needs it. `host` is the target's host label, null without one. */
export type InhibitionAlert = {
  readonly id: number;
  readonly ruleId: string;
  readonly targetId: number;
  /** null where it is about the target. */
  readonly subjectId: number | null;
  readonly host: string | null;
  readonly firedAtMs: number | null;
};

/** How many targets a host has that are polled; a host is down when all of them are. */
export type HostTargets = ReadonlyMap<string, number>;

export const DOWN_RULE = 'TargetDown';

/** Rules that look at one error budget over ever longer windows: what burns fast burns in all of them. Most urgent first. */
const BURN_LADDER: readonly string[] = ['SloBurnFast', 'SloBurnSustained', 'SloBurnDay', 'SloBurnSlow'];
const rungOf = (ruleId: string): number => BURN_LADDER.indexOf(ruleId);

/** Whether an alert of this rule can mute others. */
export function canInhibit(ruleId: string): boolean {
  return ruleId === DOWN_RULE || rungOf(ruleId) >= 0;
}

/**
 * Which open alert is muted by which: a target that is down mutes every other alert about what it shows; when every
 * target of a host fails its polls (pending counts), the oldest that fired speaks for the host and mutes the others; the
 * most urgent alert that fires on a subject's error budget mutes the others on it. Answers muted id -> by id.
 */
export function inhibitors(alerts: readonly InhibitionAlert[], hosts: HostTargets): ReadonlyMap<number, number> {
  const failing = alerts.filter((alert) => alert.ruleId === DOWN_RULE);
  const down = failing.filter((alert) => alert.firedAtMs !== null);
  const speakerOfHost = new Map<string, InhibitionAlert>();
  for (const [host, ofHost] of Map.groupBy(failing, (alert) => alert.host ?? '')) {
    const count = hosts.get(host) ?? 0;
    const [oldest] = down
      .filter((alert) => alert.host === host)
      .sort((a, b) => (a.firedAtMs ?? 0) - (b.firedAtMs ?? 0) || a.id - b.id);
    if (host !== '' && count > 1 && ofHost.length >= count && oldest !== undefined) speakerOfHost.set(host, oldest);
  }
  const burning = alerts.filter((alert) => rungOf(alert.ruleId) >= 0 && alert.firedAtMs !== null);
  const mostUrgentOf = new Map<number | null, InhibitionAlert>();
  for (const alert of burning.toSorted((a, b) => rungOf(b.ruleId) - rungOf(a.ruleId)))
    mostUrgentOf.set(alert.subjectId, alert);
  const downOfTarget = new Map(down.map((alert) => [alert.targetId, alert]));
  const muted = new Map<number, number>();
  for (const alert of alerts) {
    const speaker = alert.host === null ? undefined : speakerOfHost.get(alert.host);
    const ofBudget = mostUrgentOf.get(alert.subjectId);
    const isUnderIt = ofBudget !== undefined && rungOf(alert.ruleId) > rungOf(ofBudget.ruleId);
    const by = speaker ?? downOfTarget.get(alert.targetId) ?? (isUnderIt ? ofBudget : undefined);
    if (by !== undefined && by.id !== alert.id) muted.set(alert.id, by.id);
  }
  return muted;
}
