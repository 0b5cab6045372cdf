import { type Labels, type Matcher, matches } from '#lib/alerts/matchers.ts';
import { openUntilMs, type Schedule } from '#lib/alerts/schedule.ts';

export const HANDLINGS = ['open', 'acked', 'muted', 'inhibited'] as const;

export type Silence = {
  readonly id: number;
  readonly matchers: readonly Matcher[];
  readonly author: string;
  readonly reason: string;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
};

export type Maintenance = {
  readonly id: number;
  readonly title: string;
  readonly matchers: readonly Matcher[];
  readonly schedule: Schedule;
  readonly enabled: boolean;
};

/** What mutes alerts now: loaded once, applied to many. */
export type Quiet = { readonly silences: readonly Silence[]; readonly maintenance: readonly Maintenance[] };

export type HandledAlert = {
  readonly labels: Labels;
  readonly ackedAtMs: number | null;
  readonly ackedBy: string | null;
  readonly ackNote: string | null;
  readonly ackUntilMs: number | null;
  /** The alert that inhibits this one, with its words. */
  readonly inhibitedBy: { readonly id: number; readonly title: string } | null;
};

/** Why an alert is quiet, with a link to what quiets it; `open` is not quiet. */
export type Handling =
  | { readonly state: 'open' }
  | { readonly state: 'acked'; readonly by: string; readonly note: string; readonly untilMs: number | null }
  | {
      readonly state: 'muted';
      readonly by: 'silence' | 'maintenance';
      readonly id: number;
      readonly reason: string;
      readonly untilMs: number;
    }
  | { readonly state: 'inhibited'; readonly by: number; readonly reason: string };

/**
 * Who or what keeps an alert quiet at `nowMs`. An ack that has expired is none. Muting is told before an ack, because it
 * ends by itself; an inhibited alert is told by its inhibitor.
 */
export function handlingOf(alert: HandledAlert, quiet: Quiet, nowMs: number): Handling {
  const silence = quiet.silences.find(
    (each) => nowMs >= each.startsAtMs && nowMs < each.endsAtMs && matches(each.matchers, alert.labels),
  );
  if (silence !== undefined) {
    const reason = `silenced by ${silence.author}: ${silence.reason}`;
    return { state: 'muted', by: 'silence', id: silence.id, reason, untilMs: silence.endsAtMs };
  }
  for (const window of quiet.maintenance) {
    const untilMs =
      window.enabled && matches(window.matchers, alert.labels) ? openUntilMs(window.schedule, nowMs) : null;
    if (untilMs !== null) {
      return { state: 'muted', by: 'maintenance', id: window.id, reason: `maintenance: ${window.title}`, untilMs };
    }
  }
  const { inhibitedBy, ackedAtMs, ackedBy, ackNote, ackUntilMs } = alert;
  if (inhibitedBy !== null) {
    return { state: 'inhibited', by: inhibitedBy.id, reason: `follows from: ${inhibitedBy.title}` };
  }
  if (ackedAtMs !== null && (ackUntilMs === null || nowMs < ackUntilMs)) {
    return { state: 'acked', by: ackedBy ?? '', note: ackNote ?? '', untilMs: ackUntilMs };
  }
  return { state: 'open' };
}
