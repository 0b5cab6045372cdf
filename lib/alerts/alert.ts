import type { Unit } from '#lib/metrics/unit.ts';
import { RULE_SCOPES } from '#lib/rules/rule.ts';

/** What an alert may be about: what rules are evaluated on, or a channel that loses messages. */
export const ALERT_SCOPES = [...RULE_SCOPES, 'channel'] as const;
export type AlertScope = (typeof ALERT_SCOPES)[number];

/** How far the numbers behind an alert can be trusted; absence of data never resolves it. */
export const DATA_STATES = ['ok', 'no-data', 'frozen', 'error'] as const;
export type DataState = (typeof DATA_STATES)[number];

export const ALERT_STATES = ['pending', 'firing', 'recovering', 'resolved'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** Why an episode ended. Only `recovered` is good news. `not-fired`: the condition went away before `for` was over. */
export const END_REASONS = [
  'recovered',
  'not-fired',
  'absent',
  'target-removed',
  'channel-removed',
  'rule-removed',
  'rule-disabled',
  'rule-changed',
] as const;
export type EndReason = (typeof END_REASONS)[number];

/**
 * One episode of one rule on one subject, as timestamps (epoch ms); the state is derived and cannot disagree.
 * Values are in the base unit of `unit`; null is unknown.
 */
export type Episode = {
  readonly pendingSinceMs: number;
  readonly firedAtMs: number | null;
  /** The newest evaluation at which the condition held. */
  readonly lastHeldMs: number;
  /** Since when the recovery condition is met, while firing. */
  readonly recoveringSinceMs: number | null;
  readonly resolvedAtMs: number | null;
  readonly endReason: EndReason | null;
  /** The first evaluation without data; null while data comes. `data` changes only when that lasts. */
  readonly noDataSinceMs: number | null;
  readonly data: DataState;
  readonly dataReason: string;
  /** Polls that were due since pending, and how many of them had data: `for` is k-of-n. */
  readonly evaluations: number;
  readonly observed: number;
  readonly unit: Unit;
  readonly limit: number | null;
  readonly firedValue: number | null;
  /** The value farthest beyond the limit. */
  readonly peakValue: number | null;
  readonly lastValue: number | null;
  readonly resolvedValue: number | null;
  /** The newest evaluation that had data. */
  readonly lastSeenMs: number;
  readonly flapping: boolean;
  /** How often the condition came or went during the episode. */
  readonly changes: number;
};

/** The state that follows from the timestamps. */
export function alertState(episode: Pick<Episode, 'firedAtMs' | 'recoveringSinceMs' | 'resolvedAtMs'>): AlertState {
  if (episode.resolvedAtMs !== null) return 'resolved';
  if (episode.firedAtMs === null) return 'pending';
  return episode.recoveringSinceMs === null ? 'firing' : 'recovering';
}
