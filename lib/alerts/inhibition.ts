/** An open alert as far as inhibition needs it. `host` is the target's host label, null without one. */
export type InhibitionAlert = {
  readonly id: number;
  readonly ruleId: string;
  readonly targetId: number;
  readonly host: string | null;
  readonly firedAtMs: number | null;
};

/** How many targets a host has that are polled; a host is down when all of them are. */
export type HostTargets = ReadonlyMap<string, number>;

export const DOWN_RULE = 'TargetDown';

/**
 * Which open alert is muted by which: a target that is down mutes every other alert about what it shows; when every
 * target of a host fails its polls (pending counts), the oldest that fired speaks for the host and mutes the others.
 * Answers muted id -> by id.
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
  const downOfTarget = new Map(down.map((alert) => [alert.targetId, alert]));
  const muted = new Map<number, number>();
  for (const alert of alerts) {
    const speaker = alert.host === null ? undefined : speakerOfHost.get(alert.host);
    const by = speaker ?? downOfTarget.get(alert.targetId);
    if (by !== undefined && by.id !== alert.id) muted.set(alert.id, by.id);
  }
  return muted;
}
